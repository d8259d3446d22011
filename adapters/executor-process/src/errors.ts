import { errorTable } from '@sluice/kernel'

export const errors = errorTable({
  EXECUTOR_EXTRACTION_REFUSED: {
    summary: 'A file of an artifact or cache would land outside of the workspace, or where a folder or link stands.',
    remedy: 'Look at the job that made the artifact; remove the link or rename the file.',
  },
  EXECUTOR_WORKSPACE_ID: {
    summary: 'A workspace has a name that no folder should have.',
    remedy: 'Use letters, digits, dots, dashes and underscores.',
  },
  EXECUTOR_COPY_FAILED: {
    summary: 'The files of a change could not be copied into the workspace.',
    remedy: 'Check that the folder is readable and the disk is not full.',
  },
  EXECUTOR_LAYERS: {
    summary: 'The files of a workspace could not be seen together with those beneath them.',
    remedy: 'Read the reason in the message; restart the runner, which then tries anew whether layers work here.',
  },
})
