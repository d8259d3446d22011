import {
  defaultArtifactLimits,
  linkMode,
  manifestOf,
  type ArtifactEntry,
  type ArtifactLimits,
  type ArtifactManifest,
  type BlobStore,
} from '@sluice/execution'
import { SluiceError } from '@sluice/kernel'
import { openPromise, type Entry, type ZipFile } from 'yauzl'

/**
 * Takes a zip apart into blobs and a manifest. Writes to the blob store only, never to a path that the archive names.
 * @param file path of the archive on this machine
 * @throws SluiceError ZIP_UNREADABLE, ZIP_TOO_LARGE, EXECUTION_ARTIFACT_PATH, EXECUTION_ARTIFACT_LIMIT
 */
export async function readZip(
  file: string,
  blobs: BlobStore,
  limits: ArtifactLimits = defaultArtifactLimits,
): Promise<ArtifactManifest> {
  const zip = await readable(openPromise(file, { validateEntrySizes: true, strictFileNames: true, lazyEntries: true }))
  try {
    return manifestOf(await readable(readEntries(zip, blobs, limits)), limits)
  } finally {
    zip.close()
  }
}

async function readEntries(zip: ZipFile, blobs: BlobStore, limits: ArtifactLimits): Promise<ArtifactEntry[]> {
  const entries: ArtifactEntry[] = []
  let totalBytes = 0
  for await (const entry of zip.eachEntry() as AsyncIterable<Entry>) {
    if (entry.fileName.endsWith('/')) continue
    totalBytes += entry.uncompressedSize
    checkSize(entry, totalBytes, entries.length, limits)
    const blob = await blobs.put(await zip.openReadStreamPromise(entry))
    entries.push({ path: entry.fileName, mode: modeOf(entry), sizeBytes: blob.sizeBytes, digest: blob.digest })
  }
  return entries
}

function checkSize(entry: Entry, totalBytes: number, count: number, limits: ArtifactLimits): void {
  if (totalBytes <= limits.maxTotalBytes && count < limits.maxEntries) return
  throw new SluiceError(
    'ZIP_TOO_LARGE',
    `Cannot take the archive: up to "${entry.fileName}" it holds ${count + 1} files of ${totalBytes} bytes; allowed are ${limits.maxEntries} files of ${limits.maxTotalBytes} bytes`,
    { status: 413 },
  )
}

/** POSIX mode from the upper half of the external attributes (APPNOTE 4.4.15); 0644 where there is none. */
function modeOf({ externalFileAttributes }: Entry): number {
  const mode = externalFileAttributes >>> 16
  return (mode & 0o170000) === 0o120000 ? linkMode : mode & 0o777 || 0o644
}

async function readable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new SluiceError('ZIP_UNREADABLE', `Cannot read the archive: ${message}`, { cause, status: 422 })
  }
}
