import { randomUUID } from 'node:crypto'
import { rename, utimes, writeFile } from 'node:fs/promises'

/**
 * Writes a file whole or not at all: another process may read it, or write it too, at the same time.
 * @param modifiedS the time that the file bears, seconds since 1970; that of the writing by default
 */
export async function writeWhole(file: string, content: string | Buffer, modifiedS?: number): Promise<void> {
  const unfinished = `${file}.${randomUUID()}`
  await writeFile(unfinished, content, { mode: 0o600 })
  if (modifiedS !== undefined) await utimes(unfinished, modifiedS, modifiedS)
  await rename(unfinished, file)
}
