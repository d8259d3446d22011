import { constants } from 'node:fs'
import { access, chmod, readFile, readdir, rename, stat, statfs, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { SluiceError } from '@sluice/kernel'
import { chooseRuntimeFolder } from '@sluice/postgres-embedded'
import type { CliErrorCode } from '../errors.ts'
import { checkKinds } from './check-data-folder.ts'
import { makeFolder } from './make-folder.ts'

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

export interface DataOptions {
  /** Taken from the current folder; the default is `.sluice` in the checkout. */
  data?: string | undefined
  /** Another one than that of this file. */
  checkout?: string
}

/** For commands that only ask: `null` where nothing was ever started, and then nothing is made. */
export async function settingsInUse(options: DataOptions): Promise<Settings | null> {
  const records = await stat(join(dataFolderOf(options), 'run')).catch(() => null)
  return records === null ? null : settingsOf(options)
}

/**
 * Makes the data folder where it is not there yet.
 * @throws SluiceError CLI_DATA_UNWRITABLE, CLI_DATA_DAMAGED
 */
export async function settingsOf(options: DataOptions): Promise<Settings> {
  const checkout = options.checkout ?? checkoutRoot
  const data = dataFolderOf(options)
  await makeDataFolder(data)
  await checkKinds(data, ['run', 'log'])
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

function dataFolderOf({ data, checkout = checkoutRoot }: DataOptions): string {
  return data === undefined ? join(checkout, '.sluice') : resolve(data)
}

/** A first delivery needs about 1.5 GiB: packages in the cache, workspaces, blobs. */
const leastFreeBytes = 2 * 1024 ** 3

/** @throws SluiceError CLI_DISK_FULL when less than 2 GiB are free */
export async function checkFreeSpace(data: string, free = freeBytes): Promise<void> {
  const bytes = await free(data)
  if (bytes >= leastFreeBytes) return
  throw new SluiceError<CliErrorCode>(
    'CLI_DISK_FULL',
    `Cannot start: the disk of data folder "${data}" has ${Math.floor(bytes / 1_048_576)} MiB free; wanted 2 GiB at least, as a first delivery needs about 1.5 GiB`,
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
    await makeFolder(data)
    await access(data, constants.W_OK | constants.X_OK)
    await closeToOthers(data)
  } catch (error) {
    if (error instanceof SluiceError) throw error
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (code === 'ENOSPC') throw error
    throw new SluiceError<CliErrorCode>(
      'CLI_DATA_UNWRITABLE',
      `Cannot use data folder "${data}": it cannot be ${code === 'ENOTDIR' || code === 'EEXIST' ? 'a folder, a file is in the way' : `written (${code})`}`,
      { cause: error },
    )
  }
}

/** Something of ours that tells an open data folder from any other folder, whose rights are not ours to change. */
const ownNames = ['postgres', 'router.json', 'server.json', 'runner.json', 'local']

/** It holds keys and tokens. @throws SluiceError CLI_DATA_UNWRITABLE when it is open to others and not ours to close */
async function closeToOthers(data: string): Promise<void> {
  const { mode, uid } = await stat(data)
  if ((mode & 0o077) === 0) return
  const names = await readdir(data)
  const isOurs = uid === process.getuid?.()
  if (isOurs && (names.length === 0 || ownNames.some((name) => names.includes(name)))) return chmod(data, 0o700)
  const why = isOurs ? 'holds files that are not of a data folder' : 'belongs to another user'
  throw new SluiceError<CliErrorCode>(
    'CLI_DATA_UNWRITABLE',
    `Cannot use data folder "${data}": it has mode 0${(mode & 0o777).toString(8)} and ${why}; wanted a folder of this user, empty or with mode 0700`,
  )
}

async function freeBytes(folder: string): Promise<number> {
  const found = await statfs(folder)
  return found.bavail * found.bsize
}
