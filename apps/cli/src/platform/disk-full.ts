import { DiskWatch } from '@sluice/executor-process'
import { SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from '../errors.ts'

/** How a failure looks that a full disk may stand behind: it says so, or could not even say anything. */
const signs =
  /\b(ENOSPC|EDQUOT)\b|no space left on device|disk quota exceeded|ended without a word|dies again and again/i

/**
 * Tells a failure by its cause where that is the full disk of the data folder; any other as it is.
 * @param failed what could not be done, such as "start the server"
 */
export async function byFullDisk(
  data: string,
  failed: string,
  error: unknown,
  disk = new DiskWatch(data),
): Promise<unknown> {
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code === 'string' && code.endsWith('_DISK_FULL')) return error
  const text = `${String(code)} ${error instanceof Error ? error.message : String(error)}`
  if (!signs.test(text) || !(await isFull(text, disk))) return error
  return new SluiceError<CliErrorCode>(
    'CLI_DISK_FULL',
    `Cannot ${failed}: the disk of data folder "${data}" is full; free some space, then start again`,
    { cause: error },
  )
}

/** A quota of this user is not seen from outside. */
async function isFull(text: string, disk: DiskWatch): Promise<boolean> {
  return /EDQUOT|disk quota exceeded/i.test(text) || disk.look()
}
