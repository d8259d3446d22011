import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { TreeFile } from './tree-file.ts'

const maxBytes = 5 * 1024 * 1024

/** A listed file as it lies in a folder; `null` when it is not there any more as it was listed, or too big. */
export async function readFolderFile(folder: string, file: TreeFile): Promise<Buffer | null> {
  const handle = await open(
    join(folder, file.path),
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  ).catch(() => null)
  if (handle === null) return null
  try {
    const found = await handle.stat()
    if (!found.isFile() || found.size > maxBytes) return null
    const bytes = await handle.readFile()
    const blob = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
    return blob === file.blob ? bytes : null
  } finally {
    await handle.close()
  }
}
