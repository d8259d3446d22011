import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, fstatSync, openSync } from 'node:fs'
import { open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SluiceError } from '@sluice/kernel'
import type { PostgresErrorCode } from './errors.ts'
import { failureOf } from './failure.ts'
import type { Launch, Launcher } from './launcher.ts'

const majorVersion = '18'
/** Name of the role that owns the cluster. */
export const superuser = 'postgres'

/**
 * Makes the database folder where it is not there yet, complete or not at all, and answers with the password of the
 * superuser, which is kept in `passwordFile` (mode 0600).
 */
export async function prepareDatabaseFolder(
  launcher: Launcher,
  paths: { dataFolder: string; passwordFile: string; logFile: string },
): Promise<string> {
  if (await isInitialised(paths.dataFolder, launcher.uid)) return readPassword(paths.passwordFile)
  const password = await keptPassword(paths.passwordFile)
  const fresh = `${paths.dataFolder}.new`
  const setup = `${paths.dataFolder}.setup`
  await rm(fresh, { recursive: true, force: true })
  await rm(setup, { recursive: true, force: true })
  try {
    await launcher.makeFolder(fresh)
    await launcher.makeFolder(setup)
    await writeFile(join(setup, 'password'), password, { mode: 0o600 })
    await launcher.give(join(setup, 'password'))
    await initialise(launcher, { fresh, setup, dataFolder: paths.dataFolder, logFile: paths.logFile })
    await rename(fresh, paths.dataFolder)
    await syncFolder(dirname(paths.dataFolder))
  } finally {
    await rm(setup, { recursive: true, force: true })
    await rm(fresh, { recursive: true, force: true })
  }
  return password
}

/** @throws SluiceError POSTGRES_DATA_CORRUPT, POSTGRES_DATA_VERSION, POSTGRES_DATA_OWNER */
async function isInitialised(dataFolder: string, uid: number): Promise<boolean> {
  const found = await stat(dataFolder).catch(() => null)
  if (found === null || (await readdir(dataFolder)).length === 0) return false
  const action = `use database folder "${dataFolder}"`
  if (found.uid !== uid) throw wrongFolder('POSTGRES_DATA_OWNER', action, `it belongs to user ${found.uid}, not ${uid}`)
  const version = await readFile(join(dataFolder, 'PG_VERSION'), 'utf8').catch(() => null)
  const control = await stat(join(dataFolder, 'global', 'pg_control')).catch(() => null)
  if (version === null || control === null) {
    const missing = version === null ? 'PG_VERSION' : 'global/pg_control'
    throw wrongFolder(
      'POSTGRES_DATA_CORRUPT',
      action,
      `file ${missing} is missing; restore it, or move the folder away`,
    )
  }
  if (version.trim() !== majorVersion)
    throw wrongFolder('POSTGRES_DATA_VERSION', action, `PostgreSQL ${version.trim()} made it, this is ${majorVersion}`)
  return true
}

/** Runs one program to its end. @throws SluiceError by what it wrote */
async function runToEnd(
  launcher: Launcher,
  launch: Omit<Launch, 'output' | 'surviveParent'>,
  told: { action: string; dataFolder: string; logFile: string },
): Promise<void> {
  const output = openSync(told.logFile, 'a', 0o600)
  const before = fstatSync(output).size
  try {
    const child = launcher.start({ ...launch, output, surviveParent: false })
    const [status] = (await once(child, 'exit')) as [number | null]
    if (status !== 0)
      throw failureOf(told.action, await writtenSince(told.logFile, before), told.dataFolder, told.logFile)
  } finally {
    closeSync(output)
  }
}

/** What a log file has from an offset on, the last 64 KiB of it. */
export async function writtenSince(logFile: string, offset: number): Promise<string> {
  const bytes = await readFile(logFile).catch(() => Buffer.alloc(0))
  return bytes.subarray(Math.max(offset, bytes.length - 65_536)).toString('utf8')
}

async function initialise(
  launcher: Launcher,
  paths: { fresh: string; setup: string; dataFolder: string; logFile: string },
): Promise<void> {
  await runToEnd(
    launcher,
    {
      program: 'initdb',
      folders: { data: paths.fresh, setup: paths.setup },
      arguments: (inside) =>
        [
          `--pgdata=${inside('data')}`,
          `--username=${superuser}`,
          `--pwfile=${inside('setup')}/password`,
          '--auth=scram-sha-256',
          '--encoding=UTF8',
          '--locale-provider=builtin',
          '--builtin-locale=C.UTF-8',
          '--locale=C',
          '--sync-method=syncfs',
          '--no-instructions',
        ].filter((argument) => process.platform === 'linux' || !argument.startsWith('--sync-method')),
    },
    { action: 'make the database', dataFolder: paths.dataFolder, logFile: paths.logFile },
  )
}

/** @throws SluiceError POSTGRES_PASSWORD_MISSING */
export async function readPassword(passwordFile: string): Promise<string> {
  const password = await readFile(passwordFile, 'utf8').catch(() => null)
  if (password !== null && password.trim() !== '') return password.trim()
  throw wrongFolder('POSTGRES_PASSWORD_MISSING', 'start PostgreSQL', `password file "${passwordFile}" is missing`)
}

async function keptPassword(passwordFile: string): Promise<string> {
  const kept = await readFile(passwordFile, 'utf8').catch(() => '')
  if (kept.trim() !== '') return kept.trim()
  const password = randomBytes(24).toString('base64url')
  const file = await open(passwordFile, 'w', 0o600)
  try {
    await file.writeFile(password)
    await file.sync()
  } finally {
    await file.close()
  }
  return password
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function wrongFolder(code: PostgresErrorCode, action: string, reason: string): SluiceError {
  return new SluiceError(code, `Cannot ${action}: ${reason}`)
}
