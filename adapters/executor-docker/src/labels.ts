/** Whose a container, network or volume is: of one executor, and where the job's files lie. */
export const ownerLabel = 'sluice.owner'
export const folderLabel = 'sluice.folder'
