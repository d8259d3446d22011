import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { blobMissing, linkMode, type ArtifactManifest, type BlobStore } from '@sluice/execution'
import { ZipFile } from 'yazl'

const regularFile = 0o100000

/** Writes a file set as a zip. Dates are the same for all, so equal file sets make equal zips. */
export async function writeZip(manifest: ArtifactManifest, blobs: BlobStore, path: string): Promise<void> {
  const zip = new ZipFile()
  for (const { path: name, mode, digest, sizeBytes } of manifest.entries)
    zip.addReadStreamLazy(
      name,
      { mode: mode === linkMode ? mode : regularFile | mode, mtime: new Date(Date.UTC(2000, 0, 1)), size: sizeBytes },
      (give) => {
        blobs.get(digest).then(
          (content) =>
            content === null ? give(blobMissing(digest, name), Readable.from([])) : give(null, Readable.from(content)),
          (cause: unknown) => give(cause, Readable.from([])),
        )
      },
    )
  const failed = new Promise<never>((_, reject) => {
    zip.on('error', reject)
  })
  zip.end()
  await Promise.race([pipeline(zip.outputStream, createWriteStream(path, { mode: 0o600 })), failed])
}
