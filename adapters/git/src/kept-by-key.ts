import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWhole } from './write-whole.ts'

/**
 * What was found out last in a repository of ours, if the key is still that of the last time; else finds it out. Only for
 * what the key settles for ever. Nothing found is not kept, as it may have been a fault.
 */
export async function keptByKey<T>(
  gitDir: string,
  what: string,
  key: string,
  find: () => Promise<T | null>,
): Promise<T | null> {
  const folder = join(gitDir, 'sluice-kept')
  const file = join(folder, `${what}.json`)
  try {
    const kept = JSON.parse(await readFile(file, 'utf8')) as { key: string; value: T }
    if (kept.key === key) return kept.value
  } catch {
    // Not there, or cut off: found out anew.
  }
  const value = await find()
  if (value === null) return null
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeWhole(file, JSON.stringify({ key, value }))
  return value
}
