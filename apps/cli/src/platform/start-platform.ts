import { buildConsole, consoleFolderOf } from '../console-build/build-console.ts'
import { identityOrDead, type ProcessIdentity } from '../processes/process-identity.ts'
import { ProcessRecords } from '../processes/process-records.ts'
import { createPartBoard } from '../progress/part-board.ts'
import type { ProgressView } from '../progress/progress-view.ts'
import { startDatabase, startRouter, startRunner, startServer, type ServerChoice, type StartedServer } from './parts.ts'
import { checkPort } from './preflight.ts'
import type { Settings } from './settings.ts'
import { sitePortsOf } from './site-ports.ts'

export type PartName = 'PostgreSQL' | 'router' | 'server' | 'runner'

export interface RunningPlatform {
  settings: Settings
  records: ProcessRecords
  /** Of the console. */
  url: string
  /** With which the server is started again. */
  serverChoice: ServerChoice
  /** Those that are looked after; PostgreSQL only where it is the embedded one. */
  parts: { name: PartName; pid: number; startTime: string }[]
}

export interface StartOptions {
  /** Of the console; 0 lets the system choose. */
  port: number
  /** A PostgreSQL of the user's own; `undefined` starts the embedded one. */
  databaseUrl: string | undefined
}

/** Starts what does not run yet, and finds what does: database and router, then server, then runner; the console beside. */
export async function startPlatform(
  settings: Settings,
  options: StartOptions,
  view: ProgressView,
): Promise<RunningPlatform> {
  const records = new ProcessRecords(settings.recordsFolder)
  await checkPorts(settings, records, options.port)
  const board = createPartBoard(view, ['PostgreSQL', 'router', 'server', 'runner', 'console'])
  const consoleFolder = await consoleFolderOf(settings)
  const built = beside(() =>
    board.during(
      'console',
      () => buildConsole(settings, consoleFolder),
      (isNew) => (isNew ? 'built' : 'as built before'),
    ),
  )
  const [database, router] = await settleBoth(
    board.during(
      'PostgreSQL',
      () => databaseOf(settings, options),
      ({ note }) => note,
    ),
    board.during('router', () => startRouter(settings, records), noteOf),
  )
  const serverChoice: ServerChoice = {
    port: options.port,
    sitePort: options.port === 0 ? 0 : options.port + 1,
    databaseUrl: database.url,
    consoleFolder,
  }
  const server = await board.during('server', () => startServer(settings, records, serverChoice), noteOfServer)
  const runner = await board.during('runner', () => startRunner(settings, records, server.url), noteOf)
  await built
  return {
    settings,
    records,
    url: server.url,
    serverChoice: { ...serverChoice, port: Number(new URL(server.url).port) },
    parts: [
      ...(database.identity === null ? [] : [{ name: 'PostgreSQL' as const, ...database.identity }]),
      { name: 'router', pid: router.pid, startTime: router.startTime },
      { name: 'server', pid: server.pid, startTime: server.startTime },
      { name: 'runner', pid: runner.pid, startTime: runner.startTime },
    ],
  }
}

/** What runs already has its ports. */
async function checkPorts(settings: Settings, records: ProcessRecords, port: number): Promise<void> {
  if (port !== 0 && (await records.findRunning('server')) === null) await checkPort(port, 'the console')
  if ((await records.findRunning('router')) !== null) return
  for (const site of await sitePortsOf(settings, port)) await checkPort(site, 'the URL of an environment')
}

interface StartedDatabase {
  url: string
  note: string
  /** Of the embedded one; `null` for one of the user's own. */
  identity: ProcessIdentity | null
}

async function databaseOf(settings: Settings, options: StartOptions): Promise<StartedDatabase> {
  if (options.databaseUrl !== undefined) return { url: options.databaseUrl, note: 'by DATABASE_URL', identity: null }
  const running = await startDatabase(settings)
  return { url: running.uri(), note: noteOf(running), identity: await identityOrDead(running.pid) }
}

/** Waits for both, also when one fails, so that nothing starts behind the back of the one who cleans up. */
async function settleBoth<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second])
  return Promise.all([first, second])
}

function noteOf(part: { adopted: boolean; pid: number }): string {
  return part.adopted ? `found running, process ${part.pid}` : `process ${part.pid}`
}

function noteOfServer(server: StartedServer): string {
  return `${noteOf(server)}, ${server.url}`
}

/** Lets a promise run beside others without an unhandled rejection in between. */
function beside<T>(work: () => Promise<T>): Promise<T> {
  const running = work()
  running.catch(() => undefined)
  return running
}
