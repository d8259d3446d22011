import {
  linkMode,
  manifestOf,
  defaultArtifactLimits,
  type ArtifactEntry,
  type ArtifactManifest,
  type BlobStore,
} from '@sluice/execution'
import { SluiceError } from '@sluice/kernel'
import { openPromise, type Entry, type ZipFile } from 'yauzl'

/**
 * Reads a zip into blobs. What is no file and no link is passed over; sizes are bounded by what the zip says before a
 * byte is unpacked, and yauzl checks that it says the truth.
 * @throws SluiceError `RUNNER_ZIP`, `EXECUTION_ARTIFACT_PATH`, `EXECUTION_ARTIFACT_LIMIT`.
 */
export async function readZip(path: string, blobs: BlobStore): Promise<ArtifactManifest> {
  const entries: ArtifactEntry[] = []
  try {
    const zip = await openPromise(path, { strictFileNames: true, autoClose: false })
    const found = await listEntries(zip)
    manifestOf(
      found.map(({ fileName, uncompressedSize }) => ({
        path: fileName,
        mode: 0,
        sizeBytes: uncompressedSize,
        digest: '',
      })),
    )
    for (const entry of found) {
      const stored = await blobs.put(await zip.openReadStreamPromise(entry))
      entries.push({ path: entry.fileName, mode: modeOf(entry), ...stored })
    }
    zip.close()
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause
    throw new SluiceError('RUNNER_ZIP', `Cannot read artifacts "${path}": ${(cause as Error).message}`, { cause })
  }
  return manifestOf(entries, defaultArtifactLimits)
}

async function listEntries(zip: ZipFile): Promise<Entry[]> {
  const found: Entry[] = []
  for await (const entry of zip.eachEntry()) {
    if (found.length > defaultArtifactLimits.maxEntries) break
    if (!entry.fileName.endsWith('/')) found.push(entry)
  }
  return found
}

function modeOf({ externalFileAttributes }: Entry): number {
  const mode = externalFileAttributes >>> 16
  return (mode & 0o170000) === 0o120000 ? linkMode : mode & 0o777 || 0o644
}
