import { statfs } from 'node:fs/promises'
import { SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from '../errors.ts'

/** What is left of a disk. */
export interface DiskRoom {
  freeBytes: number
  /** No file can be made, however much room there is. */
  isOutOfFiles: boolean
}

/** Less than this is as good as nothing: PostgreSQL's log grows by so much at once. */
const leastFreeBytes = 16 * 1024 ** 2

/** How a failure looks that a full disk may stand behind: it says so, or could not even say anything. */
const signs =
  /\b(ENOSPC|EDQUOT)\b|no space left on device|disk quota exceeded|ended without a word|dies again and again/i

/**
 * Tells a failure by its cause where that is the full disk of the data folder; any other as it is.
 * @param failed what could not be done, such as "start the server"
 */
export async function byFullDisk(data: string, failed: string, error: unknown, room = roomOn): Promise<unknown> {
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code === 'string' && code.endsWith('_DISK_FULL')) return error
  const text = `${String(code)} ${error instanceof Error ? error.message : String(error)}`
  if (!signs.test(text) || !(await isFull(data, text, room))) return error
  return new SluiceError<CliErrorCode>(
    'CLI_DISK_FULL',
    `Cannot ${failed}: the disk of data folder "${data}" is full; free some space, then start again`,
    { cause: error },
  )
}

/** A quota of this user is not seen from outside. */
async function isFull(data: string, text: string, room: typeof roomOn): Promise<boolean> {
  return /EDQUOT|disk quota exceeded/i.test(text) || isDiskFull(data, room)
}

/** Whether hardly anything can be written to the disk of a folder. */
export async function isDiskFull(folder: string, room = roomOn): Promise<boolean> {
  const { freeBytes, isOutOfFiles } = await room(folder)
  return freeBytes < leastFreeBytes || isOutOfFiles
}

async function roomOn(folder: string): Promise<DiskRoom> {
  const { bavail, bsize, files, ffree } = await statfs(folder)
  return { freeBytes: bavail * bsize, isOutOfFiles: files > 0 && ffree === 0 }
}
