import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { routes } from '@sluice/contracts/api'
import { startPostgres, type RunningPostgres } from '@sluice/postgres-embedded'
import { connectPlatform } from '../api/connect-platform.ts'
import type { ProcessRecords } from '../processes/process-records.ts'
import { startProcess, type ProcessSpec, type StartedProcess } from '../processes/start-process.ts'
import { stopProcess } from '../processes/stop-process.ts'
import { checkDatabaseKept, checkKeyKept } from './check-data-folder.ts'
import { readConfig, writeConfig, type Settings } from './settings.ts'
import { socketFolderOf } from './socket-folder.ts'

/** What the processes of the platform get from ours: nothing that could be a secret. */
function plainEnvironment(settings: Settings): Record<string, string | undefined> {
  const { PATH, HOME, LANG, LC_ALL, TZ, TMPDIR, NO_COLOR } = process.env
  // Where a Docker engine of the runner's listens.
  const { DOCKER_HOST, XDG_RUNTIME_DIR } = process.env
  // Where "./sluice" has Node keep what it compiled: a part starts in two thirds of the time.
  const { NODE_COMPILE_CACHE } = process.env
  const path = `${settings.nodeFolder}:${PATH ?? '/usr/local/bin:/usr/bin:/bin'}`
  const ofPeople = { HOME, LANG, LC_ALL, TZ, TMPDIR, NO_COLOR, DOCKER_HOST, XDG_RUNTIME_DIR }
  return { PATH: path, ...ofPeople, NODE_COMPILE_CACHE, NODE_ENV: 'production' }
}

/** PostgreSQL of the data folder. Sees to the sandbox itself when this user is root. */
export async function startDatabase(settings: Settings): Promise<RunningPostgres> {
  await checkDatabaseKept(settings.data)
  const isRoot = process.getuid?.() === 0
  const isolation = isRoot ? await (await import('@sluice/isolation-namespaces')).detectIsolation() : null
  return startPostgres({
    dataFolder: join(settings.data, 'postgres'),
    runtimeFolder: settings.runtimeFolder,
    logFile: join(settings.logFolder, 'postgres.log'),
    ...(isolation === null ? {} : { isolation }),
  })
}

export async function startRouter(settings: Settings, records: ProcessRecords): Promise<StartedProcess> {
  const file = join(settings.data, 'router.json')
  await writeConfig(file, { controlPath: settings.routerSocket, statePath: join(settings.data, 'router-table.json') })
  return startProcess(specOf(settings, 'router', file), records)
}

export interface ServerChoice {
  /** 0 lets the server choose. */
  port: number
  /** First port for the fixed URLs of environments; 0 lets the router choose. */
  sitePort: number
  databaseUrl: string
  consoleFolder: string
}

export interface StartedServer extends StartedProcess {
  /** Of the console. */
  url: string
}

export async function startServer(
  settings: Settings,
  records: ProcessRecords,
  choice: ServerChoice,
): Promise<StartedServer> {
  const file = join(settings.data, 'server.json')
  const urlFile = join(settings.recordsFolder, 'server-url')
  if ((await records.findRunning('server')) === null) {
    await checkKeyKept(settings.data)
    await writeConfig(file, {
      port: choice.port,
      host: '127.0.0.1',
      dataFolder: settings.data,
      runtimeFolder: settings.runtimeFolder,
      databaseUrl: choice.databaseUrl,
      consoleFolder: choice.consoleFolder,
      routerSocket: settings.routerSocket,
      nodeFolder: settings.nodeFolder,
      sitePorts: { first: choice.sitePort },
      serviceFolders: [join(settings.runtimeFolder, 'pg'), socketFolderOf(choice.databaseUrl)].filter(
        (folder) => folder !== null && existsSync(folder),
      ),
    })
  }
  const started = await startProcess({ ...specOf(settings, 'server', file), readyTimeoutMs: 60_000 }, records)
  const said = started.ready?.['url']
  const url = typeof said === 'string' ? said : await readFile(urlFile, 'utf8').catch(() => '')
  await writeFile(urlFile, url, { mode: 0o600 })
  return { ...started, url }
}

/** A runner gives its jobs some seconds to end. */
export const runnerGraceMs = 30_000

/**
 * Registers the runner with the server once; its token is kept in its configuration (0600). A server whose database is
 * new does not know the kept one: the runner is registered anew. One that runs and whose server was started again at
 * another port is told so, and keeps its jobs.
 */
export async function startRunner(settings: Settings, records: ProcessRecords, url: string): Promise<StartedProcess> {
  const file = join(settings.data, 'runner.json')
  const config = await readConfig(file)
  const running = await records.findRunning('runner')
  if (running !== null && config?.['url'] === url) return { ...running, adopted: true, ready: null }
  const kept = config?.['token']
  const isKnown = typeof kept === 'string' && !(await isRefused(url, kept))
  if (running !== null && !isKnown) await stopProcess(running, runnerGraceMs)
  const token = isKnown ? kept : await registerRunner(settings)
  await writeConfig(file, {
    url,
    token,
    name: 'local',
    folder: join(settings.data, 'runner'),
    concurrency: 2,
    tags: [],
    ...chosenExecutor(config),
  })
  if (running !== null && isKnown && tellMoved(running.pid)) return { ...running, adopted: true, ready: null }
  const spec = specOf(settings, 'runner', file)
  const isReady = (line: Record<string, unknown>): boolean => line['message'] === 'runner is ready'
  return startProcess({ ...spec, args: [...spec.args, '--stop-jobs'], isReady }, records)
}

/** What somebody wrote into the runner's configuration, which stays. */
function chosenExecutor(config: Record<string, unknown> | null): Record<string, unknown> {
  const chosen = ['executor', 'image'].map((key) => [key, config?.[key]] as const)
  return Object.fromEntries(chosen.filter(([, value]) => value !== undefined))
}

/** Has the runner read its configuration again. @returns false where it has ended meanwhile */
function tellMoved(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGHUP')
  } catch {
    return false
  }
}

/** A server that does not answer has refused nothing: the runner itself tries again. */
async function isRefused(url: string, token: string): Promise<boolean> {
  try {
    const answer = await fetch(new URL('/api/v4/runners/verify', url), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token }),
      redirect: 'error',
      signal: AbortSignal.timeout(10_000),
    })
    await answer.body?.cancel()
    return answer.status === 401 || answer.status === 403
  } catch {
    return false
  }
}

async function registerRunner(settings: Settings): Promise<string> {
  const call = connectPlatform(settings.serverSocket).call
  return (await call(routes.registerRunner, { body: { name: 'local', tags: [] } })).token
}

function specOf(settings: Settings, name: 'server' | 'router' | 'runner', configFile: string): ProcessSpec {
  return {
    name,
    file: process.execPath,
    args: [join(settings.checkout, 'apps', name, 'src', 'main.ts'), '--config', configFile],
    env: plainEnvironment(settings),
    cwd: settings.checkout,
    logFile: join(settings.logFolder, `${name}.log`),
  }
}
