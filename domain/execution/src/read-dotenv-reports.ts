import type { PlanVariable } from '@sluice/contracts/plan'
import { concatBytes } from './concat-bytes.ts'
import type { BlobStore } from './ports.ts'
import { checkDotenvSize, readDotenv } from './read-dotenv.ts'

/**
 * The variables of dotenv reports that lie in a store; together they have the limits of one. What is too large is not read.
 * @throws SluiceError `EXECUTION_DOTENV`, status 422
 */
export async function readDotenvReports(
  reports: readonly { path: string; digest: string; sizeBytes: number }[],
  blobs: BlobStore,
): Promise<PlanVariable[]> {
  checkDotenvSize(reports)
  const files = []
  for (const { path, digest } of reports) {
    const parts = await Array.fromAsync((await blobs.get(digest)) ?? [])
    files.push({ path, bytes: concatBytes(parts) })
  }
  return readDotenv(files)
}
