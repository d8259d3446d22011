import type { PlanVariable } from '@sluice/contracts/plan'
import type { ReleaseFile } from '@sluice/delivery'
import { readDotenvReports, type BlobStore } from '@sluice/execution'

/**
 * The variables of dotenv reports, each taken for itself; later ones win.
 * @throws SluiceError EXECUTION_DOTENV
 */
export async function readDotenvFiles(blobs: BlobStore, files: readonly ReleaseFile[]): Promise<PlanVariable[]> {
  const variables = []
  for (const file of files) variables.push(...(await readDotenvReports([file], blobs)))
  return variables
}
