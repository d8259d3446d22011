import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { SluiceError } from '@sluice/kernel'
import type { FileOwner } from './extract-files.ts'
import { giveFolder } from './give-folder.ts'

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
  if (owner !== null) await giveFolder(to, owner)
}
