/**
 * Branch of the local repository that holds a folder's content, whatever the event is for: names of branches and tags may
 * exclude each other (`a` and `a/b`), and their content here is the same.
 */
export const importedBranch = 'folder'
