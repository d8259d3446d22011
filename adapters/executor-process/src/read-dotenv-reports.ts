import type { PlanVariable } from '@sluice/contracts/plan'
import { dotenvLimits, readDotenv, type BlobStore } from '@sluice/execution'

/**
 * The variables of the dotenv reports that a job left, out of the store that they were collected into.
 * @throws SluiceError EXECUTION_DOTENV
 */
export async function readDotenvReports(
  reports: readonly { path: string; digest: string; sizeBytes: number }[],
  blobs: BlobStore,
): Promise<PlanVariable[]> {
  const files = []
  for (const { path, digest, sizeBytes } of reports) {
    // What is too large is refused by its size and need not be read.
    const isSmall = sizeBytes <= dotenvLimits.sizeBytes
    const parts = isSmall ? await Array.fromAsync((await blobs.get(digest)) ?? []) : [new Uint8Array(sizeBytes)]
    files.push({ path, bytes: Buffer.concat(parts) })
  }
  return readDotenv(files)
}
