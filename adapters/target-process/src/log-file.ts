import { mkdir, open, stat, truncate, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Opened for appending, so that it may be cut while a process writes to it. */
export async function openLog(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  return open(path, 'a', 0o600)
}

/** Begins the log anew where it has grown beyond the limit. */
export async function cutLog(path: string, limitBytes: number): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  )
  if (size > limitBytes) await truncate(path, 0)
}
