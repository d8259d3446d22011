import type { PlanVariable } from '@sluice/contracts/plan'
import type { ReleaseFile } from '@sluice/delivery'
import { dotenvLimits, readDotenv, type BlobStore } from '@sluice/execution'

/**
 * The variables of dotenv reports, each taken for itself; later ones win.
 * @throws SluiceError EXECUTION_DOTENV
 */
export async function readDotenvFiles(blobs: BlobStore, files: readonly ReleaseFile[]): Promise<PlanVariable[]> {
  const variables = []
  for (const { path, digest, sizeBytes } of files) {
    // What is too large is refused by its size and need not be read.
    const isSmall = sizeBytes <= dotenvLimits.sizeBytes
    const parts = isSmall ? await Array.fromAsync((await blobs.get(digest)) ?? []) : [new Uint8Array(sizeBytes)]
    variables.push(...readDotenv([{ path, bytes: Buffer.concat(parts) }]))
  }
  return variables
}
