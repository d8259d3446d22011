import { setTimeout as pause } from 'node:timers/promises'
import { routes, type RunView } from '@sluice/contracts/api'
import { DiskWatch } from '@sluice/executor-process'
import { connectPlatform, type PlatformConnection } from '../api/connect-platform.ts'
import { exitStatus } from '../exit-status.ts'
import { databaseUrlOf } from '../platform/database-url.ts'
import { byFullDisk } from '../platform/disk-full.ts'
import { keepPlatform } from '../platform/keep-platform.ts'
import { isDetached, rememberMode } from '../platform/mode.ts'
import { checkGit, checkPlatform } from '../platform/preflight.ts'
import { checkFreeSpace, settingsOf, type Settings } from '../platform/settings.ts'
import { startPlatform, type RunningPlatform } from '../platform/start-platform.ts'
import { killPlatform, stopPlatform } from '../platform/stop-platform.ts'
import { takeSupervisorLock, type SupervisorLock } from '../processes/supervisor-lock.ts'
import { createProgressView } from '../progress/create-progress-view.ts'
import type { ProgressView } from '../progress/progress-view.ts'
import { consoleLines } from '../progress/summary.ts'
import { wasInterrupted } from '../progress/was-interrupted.ts'
import { sayError } from '../say-error.ts'
import { showRun, takeNewestChange } from './deliver-change.ts'
import { onInterruption, type Interruption } from './interruption.ts'
import { tellDelivery } from './tell-delivery.ts'

export interface UpOptions {
  /** Of the console; the default is 7070. */
  port?: number
  data?: string
  /** End after the delivery. */
  exit?: boolean
  /** Leave everything up. */
  detach?: boolean
  /** `false`: start only. */
  deliver: boolean
  /** Another checkout than that of this file. */
  checkout?: string
  /** Another bound than 30 s for services to be started again. */
  servingTimeoutMs?: number
  /** Another bound than 60 s for a part that cannot be started again, where the command ends by itself. */
  giveUpAfterMs?: number
}

export const defaultPort = 7070

/** `sluice up`. @returns the exit status */
export async function up(options: UpOptions): Promise<number> {
  checkPlatform()
  const databaseUrl = databaseUrlOf(process.env)
  const settings = await settingsOf(options)
  await checkGit()
  await checkFreeSpace(settings.data)
  const lock = await takeSupervisorLock(settings.lockFile)
  try {
    return await supervise(settings, { ...options, databaseUrl }, lock)
  } finally {
    await lock.release()
  }
}

interface SuperviseOptions extends UpOptions {
  databaseUrl: string | undefined
}

async function supervise(settings: Settings, options: SuperviseOptions, lock: SupervisorLock): Promise<number> {
  const wasDetached = await isDetached(settings)
  const killing = new AbortController()
  const killed = Promise.withResolvers<void>()
  const interruption = onInterruption({
    first: (name) => print(`\n${name}: stopping`),
    second: () => {
      if (killing.signal.aborted) return
      killing.abort()
      // What was up before this command is not its to end.
      killed.resolve(wasDetached ? lock.release() : killUntilEnded(settings, ended))
      void killed.promise.finally(() => process.exit(exitStatus.failed))
    },
  })
  const ended = superviseUntilEnd(settings, { ...options, wasDetached }, { interruption, killing: killing.signal })
  const status = await ended
  if (killing.signal.aborted) await killed.promise
  interruption.close()
  return status
}

/**
 * Kills the platform, and again what the command that this interrupts may just have been starting, until the command
 * has ended; for 10 s at most.
 */
async function killUntilEnded(settings: Settings, ended: Promise<unknown>): Promise<void> {
  const deadlineMs = performance.now() + 10_000
  const end = ended.then(
    () => true,
    () => true,
  )
  do await killPlatform(settings)
  while (performance.now() < deadlineMs && !(await Promise.race([end, pause(100, false)])))
  await killPlatform(settings)
}

const print = (line: string): void => void process.stdout.write(`${line}\n`)

async function superviseUntilEnd(
  settings: Settings,
  options: SuperviseOptions & { wasDetached: boolean },
  { interruption, killing }: { interruption: Interruption; killing: AbortSignal },
): Promise<number> {
  const { wasDetached } = options
  const isLeftRunning = wasDetached || options.detach === true
  if (wasDetached) print('The platform runs already (detached); using it.')
  let status: number = exitStatus.cannotStart
  let isUp = false
  const lost = new AbortController()
  try {
    const view = await createProgressView(process.stdout, process.env)
    const platform = await startPlatform(settings, { ...options, port: options.port ?? defaultPort }, view)
    await view.close()
    tellPort(platform, options.port, print)
    isUp = true
    await rememberMode(settings, isLeftRunning)
    status = await watch(platform, { ...options, isLeftRunning, signal: interruption.signal, lost, print })
  } catch (error) {
    // What failed because everything was told to stop is no failure to tell.
    if (!interruption.signal.aborted) sayError(await byFullDisk(settings.data, isUp ? 'go on' : 'start', error))
    if (isUp || interruption.signal.aborted) status = exitStatus.failed
  }
  if (wasDetached || (isLeftRunning && isUp && !lost.signal.aborted))
    print('The platform stays up. Stop it with "./sluice down".')
  else await stopPlatform(settings, print, killing)
  return status
}

/** What runs keeps its port, whichever is asked for. */
function tellPort(
  { serverChoice, url }: RunningPlatform,
  wanted: number | undefined,
  print: (line: string) => void,
): void {
  if (wanted === undefined || wanted === 0 || wanted === serverChoice.port) return
  print(`The console stays at ${url}; to have it on port ${wanted}, stop the platform with "./sluice down" first.`)
}

interface Watch extends UpOptions {
  isLeftRunning: boolean
  signal: AbortSignal
  /** Aborted here when a part cannot be started again. */
  lost: AbortController
  print: (line: string) => void
}

/** Delivers, tells what came of it, and stays until it is told to end. */
async function watch(platform: RunningPlatform, options: Watch): Promise<number> {
  const connection = connectPlatform(platform.settings.serverSocket)
  const done = new AbortController()
  let view: ProgressView | null = null
  const say = (sentence: string): void => (view === null ? options.print(sentence) : view.say(sentence))
  const isStaying = options.exit !== true && options.detach !== true
  const kept = keepPlatform(platform, {
    signal: AbortSignal.any([options.signal, done.signal]),
    say,
    onGivenUp: isStaying ? undefined : (error) => tellLost(error, options.lost),
    giveUpAfterMs: options.giveUpAfterMs,
  })
  const signal = AbortSignal.any([options.signal, options.lost.signal])
  try {
    if (signal.aborted) return exitStatus.failed
    view = await createProgressView(process.stdout, process.env)
    const delivery = { ...options, signal, settings: platform.settings }
    const isDelivered = options.deliver ? await deliverNow(connection, view, delivery) : true
    view = null
    if (!signal.aborted) await tellConsole(connection, options)
    if (isStaying && !signal.aborted) await untilAborted(signal)
    return isDelivered && !options.lost.signal.aborted ? exitStatus.ok : exitStatus.failed
  } finally {
    done.abort()
    await kept
  }
}

function tellLost(error: unknown, lost: AbortController): void {
  if (!lost.signal.aborted) sayError(error)
  lost.abort()
}

/** @returns whether production runs the newest change; `false` too when it was interrupted */
async function deliverNow(
  connection: PlatformConnection,
  view: ProgressView,
  options: Watch & { settings: Settings },
): Promise<boolean> {
  const startMs = performance.now()
  const begunMs = Date.now()
  const disk = new DiskWatch(options.settings.data)
  const shown = { signal: options.signal, isOwn: true, settings: options.settings, disk }
  const deliverOnce = async (shownIn: ProgressView): Promise<RunView | null> => {
    const runId = await takeNewestChange(connection)
    return runId === null ? null : showRun(connection, runId, shownIn, shown)
  }
  let run = await deliverOnce(view)
  await view.close()
  if (run !== null && wasInterrupted(run, begunMs) && !options.signal.aborted) {
    options.print(`Run ${run.number} was interrupted when the platform was stopped; it begins anew.`)
    const again = await createProgressView(process.stdout, process.env)
    run = await deliverOnce(again)
    await again.close()
  }
  return options.signal.aborted ? false : tellDelivery(connection, { ...options, disk, run, startMs })
}

async function tellConsole(connection: PlatformConnection, options: Watch): Promise<void> {
  if (options.exit === true) return
  const link = await connection.call(routes.inviteSession)
  const end = options.isLeftRunning ? '' : 'Ctrl-C stops everything.'
  for (const line of consoleLines(link, end)) options.print(line)
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
