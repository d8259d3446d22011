import type { ChildProcess } from 'node:child_process'
import { closeSync, fstatSync, openSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Isolation } from '@sluice/execution'
import { SluiceError } from '@sluice/kernel'
import { answersAt } from './answers.ts'
import { findBinaries, type Binaries } from './binaries.ts'
import { prepareDatabaseFolder, readPassword, superuser, writtenSince } from './database-folder.ts'
import type { PostgresErrorCode } from './errors.ts'
import { failureOf } from './failure.ts'
import { findPostmaster, isAlive, processesOn, withItsShell } from './find-postmaster.ts'
import { makeLauncher, type Launcher } from './launcher.ts'

/** How long children of a killed postmaster are waited for; they notice its death by themselves. */
const orphanTimeoutMs = 10_000

export interface PostgresOptions {
  /** The database's own folder, e.g. `<data>/postgres`; beside it `<dataFolder>.password` (0600) is kept. */
  dataFolder: string
  /** From `chooseRuntimeFolder`, mode 0700; the socket lies in its folder `pg`. */
  runtimeFolder: string
  /** Needed when this process is root: PostgreSQL then runs as the isolation's user `postgres`. */
  isolation?: Isolation
  /** Where PostgreSQL's output is appended; made with mode 0600. */
  logFile: string
  /** 60 s by default; recovery after a crash takes part in it. */
  startTimeoutMs?: number
  /** Other programs than those that npm installed. */
  binaries?: Binaries
}

export interface RunningPostgres {
  socketFolder: string
  user: string
  password: string
  /** Connection URI of a database, through the socket; holds the password. Default database: `postgres`. */
  uri(database?: string): string
  /** Of the postmaster, as this process sees it. */
  pid: number
  /** It ran already. */
  adopted: boolean
  /** Fast shutdown: open transactions are rolled back, nothing acknowledged is lost. Returns when it has ended. */
  stop(timeoutMs?: number): Promise<void>
}

/**
 * Starts PostgreSQL on a folder, or finds it running there. It listens on a Unix socket only, which only this user can
 * reach, wants a password from
 * everybody (scram-sha-256), syncs every commit, and outlives this process, also its `kill -9`. Two starts on one folder
 * at once are the caller's to prevent.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const dataFolder = resolve(options.dataFolder)
  const passwordFile = `${dataFolder}.password`
  await mkdir(dirname(dataFolder), { recursive: true, mode: 0o700 })
  await mkdir(dirname(options.logFile), { recursive: true, mode: 0o700 })
  const binaries = options.binaries ?? (await findBinaries())
  const socketFolder = join(options.runtimeFolder, 'pg')
  const running = await findAnswering(dataFolder, socketFolder, options)
  if (running !== null) {
    const password = await readPassword(passwordFile)
    return handleOf({ dataFolder, socketFolder, password, pid: running, adopted: true })
  }
  const launcher = await makeLauncher(binaries, `${dataFolder}.links`, options.isolation)
  const password = await prepareDatabaseFolder(launcher, { dataFolder, passwordFile, logFile: options.logFile })
  await removeLeftovers(dataFolder, socketFolder)
  await launcher.makeFolder(socketFolder, launcher.isOtherUser ? 0o711 : 0o700)
  const pid = await launch(launcher, options, dataFolder, socketFolder)
  return handleOf({ dataFolder, socketFolder, password, pid, adopted: false })
}

/** Stops PostgreSQL on a folder wherever it was started from. @returns whether one ran */
export async function stopPostgres(dataFolder: string, timeoutMs = 60_000): Promise<boolean> {
  const pid = await findPostmaster(resolve(dataFolder))
  if (pid === null) return false
  const pids = await withItsShell(pid)
  process.kill(pid, 'SIGINT') // fast shutdown, postgres(1)
  const deadline = performance.now() + timeoutMs
  for (const one of pids) {
    while (await isAlive(one)) {
      if (performance.now() > deadline) {
        throw new SluiceError<PostgresErrorCode>(
          'POSTGRES_STOP_TIMEOUT',
          `Cannot stop PostgreSQL (process ${pid}): it did not end within ${timeoutMs / 1000} s`,
        )
      }
      await pause(10)
    }
  }
  return true
}

/** The postmaster that runs on the folder, once it answers; one that is just dying is waited for and counts as none. */
async function findAnswering(
  dataFolder: string,
  socketFolder: string,
  options: PostgresOptions,
): Promise<number | null> {
  const timeoutMs = options.startTimeoutMs ?? 60_000
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const pid = await findPostmaster(dataFolder)
    if (pid === null || (await answersAt(socketFolder, 2000))) return pid
    if (performance.now() > deadline) throw notReady(timeoutMs, options.logFile)
    await pause(20)
  }
}

async function launch(
  launcher: Launcher,
  options: PostgresOptions,
  dataFolder: string,
  socketFolder: string,
): Promise<number> {
  const output = openSync(options.logFile, 'a', 0o600)
  try {
    const child = launcher.start({
      program: 'postgres',
      folders: { data: dataFolder, socket: socketFolder },
      arguments: (inside) => ['-D', inside('data'), ...settings(inside('socket'), launcher.isOtherUser)],
      output,
      surviveParent: true,
    })
    child.unref()
    await untilReady(dataFolder, options, { child, logStart: fstatSync(output).size })
  } finally {
    closeSync(output)
  }
  const pid = await findPostmaster(dataFolder)
  if (pid !== null) return pid
  throw new SluiceError<PostgresErrorCode>(
    'POSTGRES_START_FAILED',
    `Cannot start PostgreSQL: it ended right after its start (log: ${options.logFile})`,
  )
}

/**
 * As another user's process its socket must be open to those who see it: this process, and services in sandboxes that
 * the socket's folder is bound into. Nobody else gets there, as `runtimeFolder` above it has mode 0700.
 */
function settings(socketFolder: string, isOtherUser: boolean): string[] {
  const values = {
    listen_addresses: '',
    unix_socket_directories: socketFolder,
    unix_socket_permissions: isOtherUser ? '0777' : '0700',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_destination: 'stderr',
    logging_collector: 'off',
    log_line_prefix: '%m [%p] ',
    fsync: 'on',
    password_encryption: 'scram-sha-256',
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/** `postmaster.pid` says `ready` in its eighth line (miscadmin.h, LOCK_FILE_LINE_PM_STATUS). */
async function untilReady(
  dataFolder: string,
  options: PostgresOptions,
  started: { child: ChildProcess; logStart: number },
): Promise<void> {
  const timeoutMs = options.startTimeoutMs ?? 60_000
  const deadline = performance.now() + timeoutMs
  let failed: Error | null = null
  started.child.once('error', (error) => (failed = error))
  for (;;) {
    const lines = (await readFile(join(dataFolder, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
    if (lines[7]?.trim() === 'ready') return
    if (failed !== null || hasEnded(started.child)) {
      const said = failed === null ? await writtenSince(options.logFile, started.logStart) : String(failed)
      throw failureOf('start PostgreSQL', said, dataFolder, options.logFile)
    }
    if (performance.now() > deadline) throw notReady(timeoutMs, options.logFile)
    await pause(10)
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

function notReady(timeoutMs: number, logFile: string): SluiceError {
  return new SluiceError<PostgresErrorCode>(
    'POSTGRES_START_TIMEOUT',
    `Cannot start PostgreSQL: it was not ready within ${timeoutMs / 1000} s (log: ${logFile})`,
  )
}

/**
 * What a killed postmaster leaves: its lock files name a pid that may be somebody else's by now. Only called when no
 * postmaster runs on the folder.
 */
async function removeLeftovers(dataFolder: string, socketFolder: string): Promise<void> {
  const deadline = performance.now() + orphanTimeoutMs
  while ((await processesOn(dataFolder)).length > 0 && performance.now() < deadline) await pause(20)
  await rm(join(dataFolder, 'postmaster.pid'), { force: true })
  await rm(join(socketFolder, '.s.PGSQL.5432.lock'), { force: true })
  await rm(join(socketFolder, '.s.PGSQL.5432'), { force: true })
}

function handleOf(state: {
  dataFolder: string
  socketFolder: string
  password: string
  pid: number
  adopted: boolean
}): RunningPostgres {
  return {
    socketFolder: state.socketFolder,
    user: superuser,
    password: state.password,
    pid: state.pid,
    adopted: state.adopted,
    uri: (database = 'postgres') =>
      `postgresql://${superuser}:${encodeURIComponent(state.password)}@/${database}?host=${encodeURIComponent(state.socketFolder)}`,
    stop: async (timeoutMs) => void (await stopPostgres(state.dataFolder, timeoutMs)),
  }
}
