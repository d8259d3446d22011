import { Readable } from 'node:stream'
import { blobMissing, linkMode, type ArtifactManifest, type BlobStore } from '@sluice/execution'
import { ZipFile } from 'yazl'

/** Every entry gets this time, so that the same files give the same bytes. The zip format begins in 1980. */
const fixedTime = new Date(Date.UTC(1980, 0, 2))

/** POSIX `S_IFREG`, which a manifest leaves out. */
const regularFile = 0o100000

/**
 * A manifest as a zip, streamed: one blob after the other, bounded memory. Errors end the stream: a blob that is missing,
 * or that has another size than the manifest says.
 */
export function writeZip(manifest: ArtifactManifest, blobs: BlobStore): Readable {
  const zip = new ZipFile()
  for (const { path, mode, digest, sizeBytes: size } of manifest.entries) {
    const options = {
      mtime: fixedTime,
      mode: mode === linkMode ? mode : regularFile | mode,
      forceDosTimestamp: true,
      size,
    }
    zip.addReadStreamLazy(
      path,
      options,
      (give) =>
        void openBlob(blobs, digest, path).then(
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

async function openBlob(blobs: BlobStore, digest: string, path: string): Promise<Readable> {
  const content = await blobs.get(digest)
  if (content === null) throw blobMissing(digest, path)
  return Readable.from(content, { objectMode: false })
}
