import { isUtf8 } from 'node:buffer'
import { constants } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { HandedOnFile, HandedOnFiles } from '@sluice/pipeline'

/** @param folders of the files that jobs have handed on, by job */
export function handedOnFiles(folders: ReadonlyMap<string, string>): HandedOnFiles {
  return {
    async find(jobs, path, bytesMax) {
      const made = jobs.flatMap((name) => folders.get(name) ?? [])
      for (const folder of made) {
        const file = await fileIn(folder, path, bytesMax)
        if (file !== null) return file
      }
      return made.length === 0 ? 'nothing' : null
    },
  }
}

async function fileIn(folder: string, path: string, bytesMax: number): Promise<HandedOnFile | null> {
  const root = await realpath(folder)
  const place = join(root, path)
  if (!place.startsWith(root + sep) || (await realpath(place).catch(() => null)) !== place) return null
  const file = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const found = await file.stat()
    if (!found.isFile()) return null
    const bytes = found.size > bytesMax ? null : await file.readFile()
    return { sizeBytes: found.size, text: bytes !== null && isUtf8(bytes) ? bytes.toString('utf8') : null }
  } finally {
    await file.close()
  }
}
