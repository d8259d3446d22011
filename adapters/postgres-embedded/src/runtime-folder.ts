import { lstat, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { SluiceError, sha256Hex } from '@sluice/kernel'
import type { PostgresErrorCode } from './errors.ts'

/** Room that the path of a folder must leave for the names of sockets in it; the whole may have 107 bytes (unix(7)). */
const longestSocketName = 32
const maxSocketPathBytes = 107

/**
 * The folder for the sockets of a data folder, made with mode 0700: `<data>/run`, or a private folder in the temporary
 * folder, named by the data folder's digest, where that path would be too long for a socket. The same data folder
 * always gets the same answer.
 * @throws SluiceError POSTGRES_RUNTIME_FOLDER_REFUSED when somebody else made the folder, or others may enter it
 */
export async function chooseRuntimeFolder(dataFolder: string, temporaryFolder = tmpdir()): Promise<string> {
  const beside = join(resolve(dataFolder), 'run')
  if (Buffer.byteLength(beside) + 1 + longestSocketName <= maxSocketPathBytes) {
    await mkdir(beside, { recursive: true, mode: 0o700 })
    return checkedFolder(beside)
  }
  const folder = join(
    temporaryFolder,
    `sluice-${process.getuid?.() ?? 0}-${sha256Hex(resolve(dataFolder)).slice(0, 16)}`,
  )
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  return checkedFolder(folder)
}

async function checkedFolder(folder: string): Promise<string> {
  const found = await lstat(folder)
  const wrong = !found.isDirectory()
    ? 'it is no folder'
    : found.uid !== process.getuid?.()
      ? `it belongs to user ${found.uid}`
      : (found.mode & 0o077) !== 0
        ? `others may enter it (mode ${(found.mode & 0o777).toString(8)}); wanted mode 700`
        : null
  if (wrong === null) return folder
  throw new SluiceError<PostgresErrorCode>(
    'POSTGRES_RUNTIME_FOLDER_REFUSED',
    `Cannot put sockets into folder "${folder}": ${wrong}`,
  )
}
