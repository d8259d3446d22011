import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { blobMissing, type ArtifactEntry, type BlobStore } from '@sluice/execution'

/** Writes one report as gzip (RFC 1952). */
export async function writeGzip(entry: ArtifactEntry, blobs: BlobStore, path: string): Promise<void> {
  const content = await blobs.get(entry.digest)
  if (content === null) throw blobMissing(entry.digest, entry.path)
  await (await open(path, 'w', 0o600)).close()
  await pipeline(content, createGzip(), createWriteStream(path))
}
