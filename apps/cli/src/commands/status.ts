import { join } from 'node:path'
import { routes, type ProjectSummary } from '@sluice/contracts/api'
import { findPostmaster } from '@sluice/postgres-embedded'
import { connectPlatform } from '../api/connect-platform.ts'
import { exitStatus } from '../exit-status.ts'
import { settingsInUse, type Settings } from '../platform/settings.ts'
import { ProcessRecords } from '../processes/process-records.ts'
import { statusLines } from '../progress/status-lines.ts'

/** `sluice status`: what runs on the data folder. Exit status 0 when the server answers. */
export async function status(options: { data?: string }): Promise<number> {
  const settings = await settingsInUse(options)
  const projects = settings === null ? null : await projectsOf(settings)
  for (const line of statusLines(await partsOf(settings), projects)) process.stdout.write(`${line}\n`)
  return projects === null ? exitStatus.failed : exitStatus.ok
}

const recorded = ['router', 'server', 'runner']

async function partsOf(settings: Settings | null): Promise<{ name: string; pid: number | null }[]> {
  if (settings === null) return ['PostgreSQL', ...recorded].map((name) => ({ name, pid: null }))
  const records = new ProcessRecords(settings.recordsFolder)
  const parts = recorded.map(async (name) => ({ name, pid: (await records.findRunning(name))?.pid ?? null }))
  return [
    { name: 'PostgreSQL', pid: await findPostmaster(join(settings.data, 'postgres')) },
    ...(await Promise.all(parts)),
  ]
}

async function projectsOf(settings: Settings): Promise<ProjectSummary[] | null> {
  return connectPlatform(settings.serverSocket)
    .call(routes.listProjects)
    .catch(() => null)
}
