import { digestOf, SluiceError } from '@sluice/kernel'

/** One file of a release. `digest` is `sha256:…` of its bytes. */
export interface ReleaseFile {
  path: string
  /** Permission bits. */
  mode: number
  sizeBytes: number
  digest: string
}

/**
 * The files of an artifact below `folder`, with paths relative to it, sorted.
 * @throws SluiceError DELIVERY_RELEASE_EMPTY
 */
export function manifestBelow(files: ReleaseFile[], folder: string): ReleaseFile[] {
  const prefix = `${folder.replace(/\/+$/, '')}/`
  const below = files
    .filter(({ path }) => path.startsWith(prefix))
    .map((file) => ({ ...file, path: file.path.slice(prefix.length) }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
  if (below.length === 0) {
    throw new SluiceError(
      'DELIVERY_RELEASE_EMPTY',
      `Cannot make a release of "${folder}": the artifact has ${files.length} files, none below that folder${foldersOf(files)}`,
    )
  }
  return below
}

/** Some folders that would do. */
function foldersOf(files: ReleaseFile[]): string {
  const folders = files.flatMap(({ path }) => (path.includes('/') ? [path.slice(0, path.lastIndexOf('/'))] : []))
  const named = [...new Set(folders)].toSorted().slice(0, 3)
  return named.length === 0 ? '' : `; it has ${named.map((folder) => `"${folder}"`).join(', ')}`
}

/** The digest that moves through the environments: of the manifest, so of every path, mode and byte. */
export function releaseDigest(files: ReleaseFile[]): string {
  return digestOf(files.map(({ path, mode, sizeBytes, digest }) => ({ path, mode, sizeBytes, digest })))
}

/** `1.<run number>.0+<first eight of the commit>`: unique, rising, and naming its commit (Semantic Versioning 2.0.0, 10). */
export function releaseVersion(runNumber: number, commit: string): string {
  return `1.${runNumber}.0+${commit.slice(0, 8)}`
}
