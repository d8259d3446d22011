import { mkdir, open, readdir, stat, truncate, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Opened for appending, so that it may be cut while a process writes to it. */
export async function openLog(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  return open(path, 'a', 0o600)
}

/** Begins those logs of the folder anew that have grown beyond the limit; one that cannot be is left for the next time. */
export async function cutLogs(folder: string, limitBytes: number): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  await Promise.allSettled(names.map((name) => cutLog(join(folder, name), limitBytes)))
}

async function cutLog(path: string, limitBytes: number): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  )
  if (size > limitBytes) await truncate(path, 0)
}
