import { constants } from 'node:fs'
import { access, mkdir, readFile, statfs, writeFile, rename } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { chooseRuntimeFolder } from '@sluice/postgres-embedded'
import { SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from '../errors.ts'

/** Where everything of one data folder is. */
export interface Settings {
  /** Root of the checkout that the command runs from. */
  checkout: string
  data: string
  /** Records of processes and the supervisor's lock. */
  recordsFolder: string
  /** Sockets. */
  runtimeFolder: string
  logFolder: string
  serverSocket: string
  routerSocket: string
  lockFile: string
  /** Folder of the pinned Node's program. */
  nodeFolder: string
}

/** Root of the checkout: this file lies in `apps/cli/src/platform`. */
export const checkoutRoot = resolve(import.meta.dirname, '../../../..')

/** `--data` is taken from the current folder; the default is `.sluice` in the checkout. */
export async function settingsOf(options: {
  data?: string | undefined
  /** Another one than that of this file. */
  checkout?: string
}): Promise<Settings> {
  const checkout = options.checkout ?? checkoutRoot
  const data = options.data === undefined ? join(checkout, '.sluice') : resolve(options.data)
  await makeDataFolder(data)
  const runtimeFolder = await chooseRuntimeFolder(data)
  const recordsFolder = join(data, 'run')
  return {
    checkout,
    data,
    recordsFolder,
    runtimeFolder,
    logFolder: join(data, 'log'),
    serverSocket: join(runtimeFolder, 'server.sock'),
    routerSocket: join(runtimeFolder, 'router.sock'),
    lockFile: join(recordsFolder, 'supervisor.json'),
    nodeFolder: dirname(process.execPath),
  }
}

const leastFreeBytes = 300 * 1024 * 1024

/** @throws SluiceError CLI_DISK_FULL when less than 300 MiB are free */
export async function checkFreeSpace(data: string, free = freeBytes): Promise<void> {
  const bytes = await free(data)
  if (bytes >= leastFreeBytes) return
  throw new SluiceError<CliErrorCode>(
    'CLI_DISK_FULL',
    `Cannot start: the disk of data folder "${data}" has ${Math.floor(bytes / 1_048_576)} MiB free; wanted 300 MiB at least`,
  )
}

/** Reads a JSON file of ours; `null` where there is none. @throws SluiceError CLI_CONFIG_DAMAGED */
export async function readConfig(file: string): Promise<Record<string, unknown> | null> {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return null
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch (error) {
    throw new SluiceError<CliErrorCode>(
      'CLI_CONFIG_DAMAGED',
      `Cannot read "${file}": it is no JSON; remove it, then start again`,
      { cause: error },
    )
  }
}

/** Writes a JSON file that only this user may read, whole or not at all. */
export async function writeConfig(file: string, value: Record<string, unknown>): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  await rename(`${file}.new`, file)
}

async function makeDataFolder(data: string): Promise<void> {
  try {
    await mkdir(data, { recursive: true, mode: 0o700 })
    await access(data, constants.W_OK | constants.X_OK)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (code === 'ENOSPC') throw error
    throw new SluiceError<CliErrorCode>(
      'CLI_DATA_UNWRITABLE',
      `Cannot use data folder "${data}": it cannot be ${code === 'ENOTDIR' || code === 'EEXIST' ? 'a folder, a file is in the way' : `written (${code})`}`,
      { cause: error },
    )
  }
}

async function freeBytes(folder: string): Promise<number> {
  const found = await statfs(folder)
  return found.bavail * found.bsize
}
