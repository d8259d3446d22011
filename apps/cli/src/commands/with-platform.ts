import { DiskWatch } from '@sluice/executor-process'
import { connectPlatform, type PlatformConnection } from '../api/connect-platform.ts'
import { exitStatus } from '../exit-status.ts'
import { databaseUrlOf } from '../platform/database-url.ts'
import { byFullDisk } from '../platform/disk-full.ts'
import { keepPlatform } from '../platform/keep-platform.ts'
import { checkGit, checkPlatform } from '../platform/preflight.ts'
import { checkFreeSpace, settingsOf, type Settings } from '../platform/settings.ts'
import { startPlatform, type RunningPlatform } from '../platform/start-platform.ts'
import { killPlatform, stopPlatform } from '../platform/stop-platform.ts'
import { ProcessRecords } from '../processes/process-records.ts'
import { lockHolder, takeSupervisorLock } from '../processes/supervisor-lock.ts'
import { createProgressView } from '../progress/create-progress-view.ts'
import { sayError } from '../say-error.ts'
import { onInterruption } from './interruption.ts'

export interface PlatformOptions {
  data?: string
  /** Of the console, when the platform is started for this command. */
  port: number
}

/** A platform that is up, while a command works with it. */
export interface PlatformInUse {
  connection: PlatformConnection
  /** Aborted when the command is to end. */
  signal: AbortSignal
  /** It was started for this command, which starts what dies again. */
  isOwn: boolean
  settings: Settings
  /** Of the data folder. */
  disk: DiskWatch
}

/** What a command does with a running platform. @returns the exit status */
export type PlatformWork = (platform: PlatformInUse) => Promise<number>

/** Runs a command on the platform that is up; where none is, starts one for it and stops it after. */
export async function withPlatform(options: PlatformOptions, work: PlatformWork): Promise<number> {
  const settings = await settingsOf(options)
  const print = (line: string): void => void process.stdout.write(`${line}\n`)
  const isUp = await answers(settings)
  const interruption = onInterruption({
    first: (name) => print(`\n${name}: stopping`),
    second: () =>
      void (isUp ? Promise.resolve() : killPlatform(settings)).finally(() => process.exit(exitStatus.failed)),
  })
  try {
    if (isUp) return await work(inUse(settings, interruption.signal, false))
    return await onOwnPlatform(settings, options, interruption.signal, work)
  } finally {
    interruption.close()
  }
}

function inUse(settings: Settings, signal: AbortSignal, isOwn: boolean): PlatformInUse {
  const connection = connectPlatform(settings.serverSocket)
  return { connection, signal, isOwn, settings, disk: new DiskWatch(settings.data) }
}

async function onOwnPlatform(
  settings: Settings,
  options: PlatformOptions,
  signal: AbortSignal,
  work: PlatformWork,
): Promise<number> {
  const print = (line: string): void => void process.stdout.write(`${line}\n`)
  checkPlatform()
  await checkGit()
  await checkFreeSpace(settings.data)
  const lock = await takeSupervisorLock(settings.lockFile)
  const done = new AbortController()
  let status: number = exitStatus.cannotStart
  let kept: Promise<void> = Promise.resolve()
  try {
    const platform = await started(settings, options)
    status = exitStatus.failed
    const lost = new AbortController()
    kept = keepPlatform(platform, {
      signal: AbortSignal.any([signal, done.signal]),
      say: print,
      onGivenUp: (error) => {
        if (!lost.signal.aborted) sayError(error)
        lost.abort()
      },
    })
    status = await work(inUse(settings, AbortSignal.any([signal, lost.signal]), true))
  } catch (error) {
    // What failed because everything was told to stop is no failure to tell.
    if (!signal.aborted) sayError(await byFullDisk(settings.data, 'go on', error))
    else status = exitStatus.failed
  }
  done.abort()
  await kept
  await stopPlatform(settings, print)
  await lock.release()
  return status
}

async function started(settings: Settings, options: PlatformOptions): Promise<RunningPlatform> {
  const databaseUrl = databaseUrlOf(process.env)
  const view = await createProgressView(process.stdout, process.env)
  try {
    return await startPlatform(settings, { port: options.port, databaseUrl }, view)
  } finally {
    await view.close()
  }
}

async function answers(settings: Settings): Promise<boolean> {
  const isSupervised = (await lockHolder(settings.lockFile)) !== null
  const server = await new ProcessRecords(settings.recordsFolder).findRunning('server')
  const runner = await new ProcessRecords(settings.recordsFolder).findRunning('runner')
  return server !== null && (runner !== null || isSupervised)
}
