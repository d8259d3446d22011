import { SluiceError, digestOf } from '@sluice/kernel'

/** One file of an artifact, or a link inside it. */
export interface ArtifactEntry {
  /** Relative to the workspace, forward slashes. */
  path: string
  /** Permission bits, as `0o644`; `linkMode` for a symbolic link, whose blob holds its target. */
  mode: number
  sizeBytes: number
  /** Digest of the content, `sha256:…`. */
  digest: string
}

/** A file set over content-addressed blobs. Entries are sorted by path (UTF-16 code units), paths are unique. */
export interface ArtifactManifest {
  entries: ArtifactEntry[]
}

/** Most that one artifact or cache may hold. */
export interface ArtifactLimits {
  maxEntries: number
  maxTotalBytes: number
}

/** Mode of an entry that is a symbolic link (POSIX `S_IFLNK` and all permissions). */
export const linkMode = 0o120777

export const defaultArtifactLimits: ArtifactLimits = { maxEntries: 200_000, maxTotalBytes: 4 * 1024 ** 3 }

const maxPathCharacters = 1000

/**
 * Checks a path of an artifact: relative, without `.` and `..`, without NUL and backslash, at most 1,000 characters.
 * @throws SluiceError `EXECUTION_ARTIFACT_PATH`, status 422.
 */
export function checkArtifactPath(path: string): string {
  const fault = pathFault(path)
  if (fault !== null) {
    const shown = JSON.stringify(path.slice(0, 200))
    throw new SluiceError('EXECUTION_ARTIFACT_PATH', `Cannot take artifact path ${shown}: ${fault}`, { status: 422 })
  }
  return path
}

function pathFault(path: string): string | null {
  if (path === '') return 'it is empty; wanted a relative path'
  if (path.length > maxPathCharacters) return `it has ${path.length} characters; wanted at most ${maxPathCharacters}`
  if (path.startsWith('/')) return 'it is absolute; wanted a relative path'
  if (path.includes('\0') || path.includes('\\')) return 'it holds NUL or a backslash; wanted a plain path'
  const parts = path.split('/')
  if (parts.includes('..')) return 'it holds ".."; wanted a path inside the workspace'
  return parts.some((part) => part === '' || part === '.') ? 'a part is empty or "."; wanted plain names' : null
}

/** Whether a link at `path` with this target leads to a place inside the root. Absolute targets do not. */
export function linkStaysInside(path: string, target: string): boolean {
  if (target === '' || target.startsWith('/') || target.includes('\0')) return false
  let depth = path.split('/').length - 1
  for (const part of target.split('/')) {
    if (part === '..') depth -= 1
    else if (part !== '' && part !== '.') depth += 1
    if (depth < 0) return false
  }
  return true
}

/**
 * Sorts entries into a manifest and checks paths, doubles and limits.
 * @throws SluiceError `EXECUTION_ARTIFACT_PATH` or `EXECUTION_ARTIFACT_LIMIT`.
 */
export function manifestOf(
  entries: readonly ArtifactEntry[],
  limits: ArtifactLimits = defaultArtifactLimits,
): ArtifactManifest {
  checkLimits(entries, limits)
  const sorted = entries.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  for (const [index, entry] of sorted.entries()) {
    checkArtifactPath(entry.path)
    const next = sorted[index + 1]
    if (next?.path === entry.path)
      throw new SluiceError('EXECUTION_ARTIFACT_PATH', `Cannot take artifact path "${entry.path}": it is there twice`, {
        status: 422,
      })
  }
  return { entries: sorted }
}

function checkLimits(entries: readonly ArtifactEntry[], limits: ArtifactLimits): void {
  let totalBytes = 0
  for (const entry of entries) totalBytes += entry.sizeBytes
  if (entries.length <= limits.maxEntries && totalBytes <= limits.maxTotalBytes) return
  throw new SluiceError(
    'EXECUTION_ARTIFACT_LIMIT',
    `Cannot take artifact: it has ${entries.length} files and ${totalBytes} bytes; ` +
      `wanted at most ${limits.maxEntries} files and ${limits.maxTotalBytes} bytes`,
    { status: 413 },
  )
}

/** Digest of a file set, `sha256:…`: equal files, equal digests, whoever packed them and when. */
export function manifestDigest(manifest: ArtifactManifest): string {
  return digestOf(manifest.entries.map(({ path, mode, sizeBytes, digest }) => ({ path, mode, sizeBytes, digest })))
}
