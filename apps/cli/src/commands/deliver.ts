import { routes } from '@sluice/contracts/api'
import type { PlatformConnection } from '../api/connect-platform.ts'
import { exitStatus } from '../exit-status.ts'
import { cardProject } from './card-project.ts'
import { registerCard, takeNewestChange } from './deliver-change.ts'
import { followInView } from './follow-in-view.ts'
import { tellDelivery } from './tell-delivery.ts'
import { withPlatform, type PlatformOptions } from './with-platform.ts'

/** `sluice deliver [REF]`: the newest change of the folder, or what a branch of the platform's repository holds. */
export async function deliver(ref: string | undefined, options: PlatformOptions): Promise<number> {
  return withPlatform(options, async (platform) => {
    const { connection, signal } = platform
    const startMs = performance.now()
    const runId = ref === undefined ? await takeNewestChange(connection) : await runOf(connection, ref)
    const run = runId === null ? null : await followInView(platform, runId)
    if (signal.aborted) return exitStatus.failed
    const print = (line: string): void => void process.stdout.write(`${line}\n`)
    const isDelivered = await tellDelivery(connection, { ...platform, run, startMs, print })
    return isDelivered ? exitStatus.ok : exitStatus.failed
  })
}

async function runOf(connection: PlatformConnection, ref: string): Promise<string> {
  await registerCard(connection)
  const parameters = { project: cardProject.slug }
  return (await connection.call(routes.createRun, { parameters, body: { ref, deliver: true } })).id
}
