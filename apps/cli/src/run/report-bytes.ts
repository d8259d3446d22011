import { reportBytesMax } from '@sluice/evidence'
import type { BlobStore } from '@sluice/execution'

/** A whole report, or as much of it as shows that it is too large. */
export async function reportBytes(blobs: BlobStore, digest: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let sizeBytes = 0
  for await (const part of (await blobs.get(digest)) ?? []) {
    parts.push(part)
    sizeBytes += part.length
    // The reader refuses what is too large; the rest of it need not be in memory for that.
    if (sizeBytes > reportBytesMax) break
  }
  return Buffer.concat(parts)
}
