import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Isolation } from '@sluice/execution'
import { bootId } from './boot-id.ts'

/**
 * The outcome of a trial, from a file when it was made since the machine started, on the same disk and by the same kind of
 * isolation. Only what worked is noted; where that cannot be noted, as on a full disk, the next process tries again.
 */
export async function rememberTrial(
  file: string | undefined,
  folder: string,
  isolation: Isolation,
  trial: (folder: string, isolation: Isolation) => Promise<boolean>,
): Promise<boolean> {
  if (file === undefined) return trial(folder, isolation)
  const [boot, disk] = await Promise.all([bootId(), stat(dirname(file))])
  const key = `layers ${boot} ${disk.dev} ${isolation.level} ${process.geteuid?.() ?? ''}`
  if (boot !== '' && (await readFile(file, 'utf8').catch(() => '')) === key) return true
  if (!(await trial(folder, isolation))) return false
  await note(file, key).catch(() => undefined)
  return true
}

async function note(file: string, key: string): Promise<void> {
  const unfinished = `${file}.${process.pid}.new`
  await writeFile(unfinished, key, { mode: 0o600 })
  await rename(unfinished, file)
}
