import { execFile } from 'node:child_process'
import { lchown, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { SluiceError } from '@sluice/kernel'
import type { FileOwner } from './extract-files.ts'

const run = promisify(execFile)

/**
 * Copies the content of a folder into another, links as links, and gives it to its owner.
 * @throws SluiceError `EXECUTOR_COPY_FAILED`.
 */
export async function copyFolder(from: string, to: string, owner: FileOwner): Promise<void> {
  try {
    // The "/." is needed: with it cp takes what is in the folder, without it the folder.
    await run('cp', ['-R', '-P', '--preserve=mode,timestamps', '--', `${from}/.`, to])
  } catch (cause) {
    throw new SluiceError('EXECUTOR_COPY_FAILED', `Cannot copy "${from}" to "${to}": ${(cause as Error).message}`, {
      cause,
    })
  }
  if (owner !== null) await giveTo(to, owner)
}

async function giveTo(folder: string, owner: NonNullable<FileOwner>): Promise<void> {
  await lchown(folder, owner.uid, owner.gid)
  for (const child of await readdir(folder, { withFileTypes: true })) {
    const place = join(folder, child.name)
    if (child.isDirectory()) await giveTo(place, owner)
    else await lchown(place, owner.uid, owner.gid)
  }
}
