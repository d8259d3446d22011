import { Readable } from 'node:stream'
import type { ArtifactManifest, BlobStore } from '@sluice/execution'
import { SluiceError } from '@sluice/kernel'
import { ZipFile } from 'yazl'

/** Every entry gets this time, so that the same files give the same bytes. The zip format begins in 1980. */
const fixedTime = new Date(Date.UTC(1980, 0, 2))

/** A manifest as a zip, streamed: one blob after the other, bounded memory. Errors end the stream. */
export function writeZip(manifest: ArtifactManifest, blobs: BlobStore): Readable {
  const zip = new ZipFile()
  for (const { path, mode, digest } of manifest.entries) {
    const options = {
      mtime: fixedTime,
      mode: (mode & 0o170000) === 0 ? mode | 0o100000 : mode,
      forceDosTimestamp: true,
    }
    zip.addReadStreamLazy(
      path,
      options,
      (give) =>
        void openBlob(blobs, digest).then(
          (stream) => give(null, stream),
          (error) => give(error, Readable.from([])),
        ),
    )
  }
  zip.end()
  const output = zip.outputStream as Readable
  zip.on('error', (error: Error) => output.destroy(error))
  return output
}

async function openBlob(blobs: BlobStore, digest: string): Promise<Readable> {
  const content = await blobs.get(digest)
  if (content === null)
    throw new SluiceError('ZIP_UNREADABLE', `Cannot write the archive: blob ${digest} is not in the store`)
  return Readable.from(content, { objectMode: false })
}
