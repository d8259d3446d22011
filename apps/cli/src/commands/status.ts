import { join } from 'node:path'
import { routes } from '@sluice/contracts/api'
import { findPostmaster } from '@sluice/postgres-embedded'
import { connectPlatform } from '../api/connect-platform.ts'
import { exitStatus } from '../exit-status.ts'
import { settingsOf } from '../platform/settings.ts'
import { ProcessRecords } from '../processes/process-records.ts'
import { statusLines } from '../progress/status-lines.ts'

/** `sluice status`: what runs on the data folder. Exit status 0 when the server answers. */
export async function status(options: { data?: string }): Promise<number> {
  const settings = await settingsOf(options)
  const records = new ProcessRecords(settings.recordsFolder)
  const parts = await Promise.all(
    ['router', 'server', 'runner'].map(async (name) => ({ name, pid: (await records.findRunning(name))?.pid ?? null })),
  )
  const postgres = { name: 'PostgreSQL', pid: await findPostmaster(join(settings.data, 'postgres')) }
  const projects = await connectPlatform(settings.serverSocket)
    .call(routes.listProjects)
    .catch(() => null)
  for (const line of statusLines([postgres, ...parts], projects)) process.stdout.write(`${line}\n`)
  return projects === null ? exitStatus.failed : exitStatus.ok
}
