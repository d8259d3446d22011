import { routes, type RunView } from '@sluice/contracts/api'
import { connectPlatform, type PlatformConnection } from '../api/connect-platform.ts'
import { exitStatus } from '../exit-status.ts'
import { keepPlatform } from '../platform/keep-platform.ts'
import { isDetached, rememberMode } from '../platform/mode.ts'
import { checkGit, checkPlatform } from '../platform/preflight.ts'
import { checkFreeSpace, settingsOf, type Settings } from '../platform/settings.ts'
import { startPlatform, type RunningPlatform } from '../platform/start-platform.ts'
import { killPlatform, stopPlatform } from '../platform/stop-platform.ts'
import { takeSupervisorLock, type SupervisorLock } from '../processes/supervisor-lock.ts'
import { createProgressView } from '../progress/create-progress-view.ts'
import type { ProgressView } from '../progress/progress-view.ts'
import { consoleLines, deliverySummary } from '../progress/summary.ts'
import { sayError } from '../say-error.ts'
import { readProject, showRun, takeNewestChange } from './deliver-change.ts'
import { onInterruption } from './interruption.ts'

export interface UpOptions {
  port: number
  data?: string
  /** End after the delivery. */
  exit?: boolean
  /** Leave everything up. */
  detach?: boolean
  /** `false`: start only. */
  deliver: boolean
  /** Another checkout than that of this file. */
  checkout?: string
}

/** `sluice up`. @returns the exit status */
export async function up(options: UpOptions): Promise<number> {
  checkPlatform()
  const settings = await settingsOf(options)
  await checkGit()
  await checkFreeSpace(settings.data)
  const lock = await takeSupervisorLock(settings.lockFile)
  try {
    return await supervise(settings, options, lock)
  } finally {
    await lock.release()
  }
}

async function supervise(settings: Settings, options: UpOptions, lock: SupervisorLock): Promise<number> {
  const print = (line: string): void => void process.stdout.write(`${line}\n`)
  const wasDetached = await isDetached(settings)
  const isLeftRunning = wasDetached || options.detach === true
  const interruption = onInterruption({
    first: (name) => print(`\n${name}: stopping`),
    // What was up before this command is not its to end.
    second: () =>
      void (wasDetached ? lock.release() : killPlatform(settings)).finally(() => process.exit(exitStatus.failed)),
  })
  if (wasDetached) print('The platform runs already (detached); using it.')
  let status: number = exitStatus.cannotStart
  let isUp = false
  try {
    const view = await createProgressView(process.stdout, process.env)
    const platform = await startPlatform(
      settings,
      { port: options.port, databaseUrl: process.env['DATABASE_URL'] },
      view,
    )
    await view.close()
    isUp = true
    await rememberMode(settings, isLeftRunning)
    status = await watch(platform, { ...options, isLeftRunning, signal: interruption.signal, print })
  } catch (error) {
    sayError(error)
    if (isUp) status = exitStatus.failed
  }
  if (wasDetached || (isLeftRunning && isUp)) print('The platform stays up. Stop it with "./sluice down".')
  else await stopPlatform(settings, print)
  interruption.close()
  return status
}

interface Watch extends UpOptions {
  isLeftRunning: boolean
  signal: AbortSignal
  print: (line: string) => void
}

/** Delivers, tells what came of it, and stays until it is told to end. */
async function watch(platform: RunningPlatform, options: Watch): Promise<number> {
  const connection = connectPlatform(platform.settings.serverSocket)
  const done = new AbortController()
  let view: ProgressView | null = null
  const say = (sentence: string): void => (view === null ? options.print(sentence) : view.say(sentence))
  const kept = keepPlatform(platform, AbortSignal.any([options.signal, done.signal]), say)
  try {
    if (options.signal.aborted) return exitStatus.failed
    view = await createProgressView(process.stdout, process.env)
    const isDelivered = options.deliver ? await deliverNow(connection, view, options) : true
    view = null
    const isStaying = options.exit !== true && options.detach !== true
    if (!options.signal.aborted) await tellConsole(connection, options)
    if (isStaying && !options.signal.aborted) await untilAborted(options.signal)
    return isDelivered === true ? exitStatus.ok : exitStatus.failed
  } finally {
    done.abort()
    await kept
  }
}

/** @returns whether production runs the newest change; `null` when it was interrupted */
async function deliverNow(connection: PlatformConnection, view: ProgressView, options: Watch): Promise<boolean | null> {
  const start = performance.now()
  const runId = await takeNewestChange(connection)
  const run: RunView | null = runId === null ? null : await showRun(connection, runId, view, options.signal)
  await view.close()
  if (options.signal.aborted) return null
  const { environments } = await readProject(connection)
  options.print('')
  for (const line of deliverySummary({ run, environments, tookMs: performance.now() - start })) options.print(line)
  return run === null || run.delivery === 'delivered'
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
