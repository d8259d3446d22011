import { routes } from '@sluice/contracts/api'
import type { PlatformConnection } from '../api/connect-platform.ts'
import { exitStatus } from '../exit-status.ts'
import { createProgressView } from '../progress/create-progress-view.ts'
import { deliverySummary } from '../progress/summary.ts'
import { cardProject } from './card-project.ts'
import { readProject, showRun, takeNewestChange } from './deliver-change.ts'
import { withPlatform, type PlatformOptions } from './with-platform.ts'

/** `sluice deliver [REF]`: the newest change of the folder, or what a branch of the platform's repository holds. */
export async function deliver(ref: string | undefined, options: PlatformOptions): Promise<number> {
  return withPlatform(options, async (connection, signal) => {
    const start = performance.now()
    const newest = await takeNewestChange(connection)
    const runId = ref === undefined ? newest : await runOf(connection, ref)
    const view = await createProgressView(process.stdout, process.env)
    const run = runId === null ? null : await showRun(connection, runId, view, signal)
    await view.close()
    if (signal.aborted) return exitStatus.failed
    const { environments } = await readProject(connection)
    const lines = deliverySummary({ run, environments, tookMs: performance.now() - start })
    process.stdout.write(`\n${lines.join('\n')}\n`)
    return run === null || run.delivery === 'delivered' ? exitStatus.ok : exitStatus.failed
  })
}

async function runOf(connection: PlatformConnection, ref: string): Promise<string> {
  const parameters = { project: cardProject.slug }
  return (await connection.call(routes.createRun, { parameters, body: { ref, deliver: true } })).id
}
