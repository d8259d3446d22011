import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Isolation } from '@sluice/execution'
import { bootId } from './boot-id.ts'

/**
 * The outcome of a trial, from a file when it was made since the machine started, on the same disk and by the same kind of
 * isolation. Only what worked is noted.
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
  await writeFile(`${file}.new`, key, { mode: 0o600 })
  await rename(`${file}.new`, file)
  return true
}
