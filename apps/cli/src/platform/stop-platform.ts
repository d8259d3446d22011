import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { routes } from '@sluice/contracts/api'
import { findPostmaster, stopPostgres } from '@sluice/postgres-embedded'
import { killRecordedProcesses, recordedProcesses } from '@sluice/target-process'
import { connectPlatform } from '../api/connect-platform.ts'
import { ProcessRecords, type ProcessRecord } from '../processes/process-records.ts'
import { killHard, sendSignal, stopProcess, untilGone } from '../processes/stop-process.ts'
import { releaseSupervisorLock } from '../processes/supervisor-lock.ts'
import { runnerGraceMs as graceMs, startDatabase, startServer } from './parts.ts'
import { readConfig, type Settings } from './settings.ts'

/** Files that say something about the running platform; they go with it. */
export const modeFile = (settings: Settings): string => join(settings.recordsFolder, 'mode.json')
const urlFile = (settings: Settings): string => join(settings.recordsFolder, 'server-url')

/**
 * Stops everything that runs on a data folder, in the reverse order of its start: runner, deployed services, server,
 * router, PostgreSQL. Says what it stops. Whoever started it. Where everything is being killed beside it, it begins
 * nothing more: it would take the dead server for one to be started once more.
 */
export async function stopPlatform(
  settings: Settings,
  say: (sentence: string) => void,
  killing?: AbortSignal,
): Promise<void> {
  const records = new ProcessRecords(settings.recordsFolder)
  const isKilled = (): boolean => killing?.aborted === true
  await stopPart(records, 'runner', say)
  if (isKilled()) return
  await stopServerAndServices(settings, records, say)
  if (isKilled()) return
  const killed = await killRecordedProcesses(targetFolder(settings))
  if (killed > 0) say(`The deployed services that were left were killed: ${killed}`)
  await stopPart(records, 'router', say)
  const dataFolder = join(settings.data, 'postgres')
  if ((await findPostmaster(dataFolder)) !== null) {
    say('Stopping PostgreSQL')
    await stopPostgres(dataFolder)
  }
  await removeMarks(settings)
}

/** What says something of the running platform. Parts that were killed could not take their sockets with them. */
async function removeMarks(settings: Settings): Promise<void> {
  const marks = [modeFile(settings), urlFile(settings), settings.serverSocket, settings.routerSocket]
  for (const mark of marks) await rm(mark, { force: true })
}

/**
 * SIGKILL to everything that is recorded, the deployed services after the server that would start them again;
 * PostgreSQL ends at once and recovers at its next start.
 */
export async function killPlatform(settings: Settings): Promise<void> {
  const records = new ProcessRecords(settings.recordsFolder)
  for (const name of ['runner', 'server', 'router']) {
    const record = await records.findRunning(name)
    if (record !== null) killHard(record)
    await records.remove(name)
  }
  await killRecordedProcesses(targetFolder(settings))
  const postmaster = await findPostmaster(join(settings.data, 'postgres'))
  if (postmaster !== null) sendSignal(postmaster, 'SIGQUIT') // immediate shutdown, postgres(1)
  await removeMarks(settings)
  await releaseSupervisorLock(settings.lockFile)
}

/** Whether a part of the platform, or a service that it deployed, runs. */
export async function isAnythingRunning(settings: Settings): Promise<boolean> {
  const records = new ProcessRecords(settings.recordsFolder)
  const found = await Promise.all(['runner', 'server', 'router'].map((name) => records.findRunning(name)))
  if (found.some((record) => record !== null)) return true
  if ((await findPostmaster(join(settings.data, 'postgres'))) !== null) return true
  return (await recordedProcesses(targetFolder(settings))).length > 0
}

async function stopPart(records: ProcessRecords, name: string, say: (sentence: string) => void): Promise<void> {
  const record = await records.findRunning(name)
  if (record === null) return
  say(`Stopping the ${name}`)
  const end = await stopProcess(record, graceMs)
  if (end === 'killed') say(`The ${name} did not end within ${graceMs / 1000} s and was killed`)
  await records.remove(name)
}

async function stopServerAndServices(
  settings: Settings,
  records: ProcessRecords,
  say: (sentence: string) => void,
): Promise<void> {
  const server = (await records.findRunning('server')) ?? (await reviveServer(settings, records, say))
  if (server === null) return
  say('Stopping the deployed services and the server')
  const call = connectPlatform(settings.serverSocket).call
  const isAsked = await call(routes.stopServer, { body: { services: true } }).then(
    () => true,
    (error: unknown) => {
      say(`The server could not stop the deployed services: ${error instanceof Error ? error.message : String(error)}`)
      return false
    },
  )
  if (!isAsked || !(await untilGone(server, 30_000))) await stopProcess(server, 10_000)
  await records.remove('server')
}

/** Where the server's target keeps what it deployed. */
const targetFolder = (settings: Settings): string => join(settings.data, 'target')

/** Only the server stops in good order what it deployed: a dead one is started again for that. */
async function reviveServer(
  settings: Settings,
  records: ProcessRecords,
  say: (sentence: string) => void,
): Promise<ProcessRecord | null> {
  const config = await readConfig(join(settings.data, 'server.json')).catch(() => null)
  if (config === null || (await recordedProcesses(targetFolder(settings))).length === 0) return null
  say('The server is dead; it is started once more, to stop the services that it deployed')
  try {
    const usedUrl = String(config['databaseUrl'])
    const databaseUrl = (await isOwnDatabase(settings, usedUrl)) ? (await startDatabase(settings)).uri() : usedUrl
    const consoleFolder = String(config['consoleFolder'])
    return await startServer(settings, records, { port: 0, sitePort: 0, databaseUrl, consoleFolder })
  } catch (error) {
    say(`It did not start: ${error instanceof Error ? error.message : String(error)}`)
    return null
  }
}

/**
 * Whether a URL is of the embedded PostgreSQL, by its password, which is random. Not by the place of its socket: in a copy
 * of a data folder that is the place of the original's.
 */
async function isOwnDatabase(settings: Settings, databaseUrl: string): Promise<boolean> {
  const password = await readFile(join(settings.data, 'postgres.password'), 'utf8').catch(() => '')
  return password.trim() !== '' && databaseUrl.includes(`:${encodeURIComponent(password.trim())}@`)
}
