import { errorTable } from '@sluice/kernel'

export const errors = errorTable({
  GIT_MISSING: {
    summary: 'The program git is not installed, or not in PATH.',
    remedy: 'Install it: "apt-get install git" on Debian and Ubuntu.',
  },
  GIT_FAILED: { summary: 'A git command failed.', remedy: 'Read what git says in the message.' },
  GIT_TIMEOUT: {
    summary: 'A git command did not end in time and was ended.',
    remedy: 'Look whether the disk is slow or the repository is far larger than expected.',
  },
  GIT_OUTPUT_TOO_LARGE: {
    summary: 'A git command wrote more than the limit.',
    remedy: 'Split the change, or take large files out of the repository.',
  },
  GIT_REF_REFUSED: {
    summary: 'A ref is not named as a branch, a tag or a commit may be.',
    remedy: 'Use letters, digits, ".", "_", "/" and "-", and do not begin with "-".',
  },
  GIT_REF_UNKNOWN: {
    summary: 'The repository has no such branch, tag or commit.',
    remedy: 'Check the name; a branch of a project is there after its first import.',
  },
  GIT_REF_MOVED: {
    summary: 'Somebody else moved the branch at the same time.',
    remedy: 'Try again on the new state of the branch.',
  },
  GIT_FOLDER_MISSING: {
    summary: 'The folder of a project is not there or is not a folder.',
    remedy: 'Name a folder that exists on the machine of the server.',
  },
  GIT_FOLDER_UNREADABLE: {
    summary: 'A file in the folder of a project cannot be read.',
    remedy: 'Give the user of the server the right to read it, or have .gitignore name it.',
  },
  GIT_PATCH_REFUSED: {
    summary: 'A patch does not apply on its base, changes nothing, or leaves the repository.',
    remedy: 'Make the patch anew against the current default branch.',
  },
  GIT_PATH_REFUSED: {
    summary: 'A path is absolute or leaves the repository.',
    remedy: 'Use a path relative to the root of the repository, without "..".',
  },
  GIT_FILE_TOO_LARGE: {
    summary: 'A file that was asked for is larger than the limit of the reader.',
    remedy: 'Make the file smaller.',
  },
  GIT_REPOSITORY_CORRUPT: {
    summary: 'A folder that should hold a bare repository holds something else.',
    remedy: 'Move the folder away; the platform makes the repository anew from the project folder.',
  },
  GIT_DISK_FULL: {
    summary: 'Git could not write: no space is left on the disk of the data folder.',
    remedy: 'Free space, then try again; nothing was changed.',
  },
  GIT_FETCH_FAILED: {
    summary: 'Serving a fetch failed.',
    remedy: 'Fetch again; the message has what git says.',
  },
})

export type GitErrorCode = keyof typeof errors
