import { errorTable } from '@sluice/kernel'

/** Codes of this package and of the adapters behind its ports. */
export const errors = errorTable({
  EXECUTION_ARTIFACT_PATH: {
    summary: 'A path of an artifact is absolute, leaves the workspace or cannot be a file name.',
    remedy: 'Name files inside the workspace, without "..".',
  },
  EXECUTION_ARTIFACT_LIMIT: {
    summary: 'An artifact has too many files or is too large.',
    remedy: 'Narrow `artifacts:paths`, or leave folders out with `artifacts:exclude`.',
  },
  EXECUTION_DOTENV: {
    summary: 'A dotenv report is too large, has too many variables or a line that is not NAME=value.',
    remedy: 'Write one NAME=value a line, without empty lines and comments; 5 KiB and 20 variables at most.',
  },
  EXECUTION_BLOB_DAMAGED: {
    summary: 'Stored bytes do not have the digest that they are stored under.',
    remedy: 'Check the disk; restore the blob from a copy, or run the job that made it again.',
  },
  EXECUTION_BLOB_MISSING: {
    summary: 'A manifest names bytes that are not in the store.',
    remedy: 'Run the job that made the artifact again.',
  },
  EXECUTION_DIGEST: {
    summary: 'A digest is not `sha256:` and 64 hexadecimal digits.',
    remedy: 'Pass the digest as the store returned it.',
  },
  EXECUTION_TRACE_RANGE: {
    summary: 'Bytes of a log do not begin where the log ends.',
    remedy: 'Ask for the size and send from there.',
  },
  EXECUTION_TRACE_KEY: {
    summary: 'The key of a log has characters that no file name should have.',
    remedy: 'Use letters, digits, dots, dashes and underscores, at most 200.',
  },
  EXECUTION_ISOLATION_SPEC: {
    summary: 'A process cannot be isolated as asked: a path is not absolute or a variable has no valid name.',
    remedy: 'Use absolute paths without ".." and variable names of letters, digits and underscores.',
  },
})
