import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { tryGit } from './git-program.ts'
import { readIndex, type IndexFile } from './read-index.ts'
import type { SurroundingCheckout } from './surrounding-checkout.ts'
import { writeWhole } from './write-whole.ts'

/** An index of all that lies in a folder, brought up to date. */
export interface FolderIndex {
  file: string
  /** Over its bytes: the same digest, the same content of the folder. */
  digest: string
  files: IndexFile[]
}

/**
 * Brings the index that a repository of ours keeps for a folder up to date: git then looks only at what changed since the
 * last time. At first it begins as the folder's own checkout has it, if the repository borrows the objects of that one.
 * Measured with 10,000 files of 10 kB: 3 s for an index from nothing, 0.05 s from the checkout's, 0.03 s from the last.
 * @returns `null` where that cannot be done, and the folder is to be read from nothing
 */
export async function updateKeptIndex(
  gitDir: string,
  folder: string,
  borrowed: SurroundingCheckout | null,
): Promise<FolderIndex | null> {
  const place = join(gitDir, 'sluice-kept', createHash('sha256').update(folder).digest('hex').slice(0, 32))
  const indexFile = join(place, 'index')
  await mkdir(place, { recursive: true, mode: 0o700 })
  if (borrowed !== null) await beginAs(borrowed, place, indexFile)
  const answer = await tryGit({ gitDir, indexFile, workTree: folder, cwd: folder, args: ['add', '-A', '--', '.'] })
  const bytes = answer.status === 0 ? await readFile(indexFile).catch(() => null) : null
  const files = bytes === null ? null : readIndex(bytes)
  if (bytes !== null && files !== null)
    return { file: indexFile, digest: createHash('sha256').update(bytes).digest('hex'), files }
  // Another process may just use it; else what is wrong with it must not stay.
  if (!/index\.lock/.test(answer.stderr)) await rm(place, { recursive: true, force: true })
  return null
}

/**
 * Takes the checkout's index over when it is another one than the last time. Its time must not become later: by it git knows
 * which files may have changed within the same second.
 */
async function beginAs({ gitDir }: SurroundingCheckout, place: string, indexFile: string): Promise<void> {
  const source = join(gitDir, 'index')
  const found = await stat(source).catch(() => null)
  const isThere = (await stat(indexFile).catch(() => null)) !== null
  const mark = found === null ? '' : `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}`
  const before = await readFile(join(place, 'begun-as'), 'utf8').catch(() => null)
  if (found === null || (isThere && before === mark)) return
  const bytes = await readFile(source)
  if (readIndex(bytes) === null) return
  await writeWhole(indexFile, bytes, Math.floor(found.mtimeMs / 1000))
  await writeWhole(join(place, 'begun-as'), mark)
}
