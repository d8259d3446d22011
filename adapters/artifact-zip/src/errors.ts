import { errorTable } from '@sluice/kernel'

/** Codes of `adapters/artifact-zip`. */
export const errors = errorTable({
  ZIP_UNREADABLE: {
    summary: 'An archive is damaged, encrypted, or no zip.',
    remedy: 'Upload it again; when it stays, look at the disk of the machine that made it.',
  },
  ZIP_TOO_LARGE: {
    summary: 'An archive unpacks to more than is allowed, or claims other sizes than it has.',
    remedy: 'Narrow `artifacts: paths`; archives that lie about their sizes are refused on purpose.',
  },
})
