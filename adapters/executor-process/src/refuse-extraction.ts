import { SluiceError } from '@sluice/kernel'

/** Thrown for a file that would land outside of the workspace or in the place of a folder. */
export function refuseExtraction(path: string, found: string): SluiceError {
  return new SluiceError(
    'EXECUTOR_EXTRACTION_REFUSED',
    `Cannot write artifact file "${path}": ${found}; wanted a free place inside the workspace`,
    { status: 422 },
  )
}
