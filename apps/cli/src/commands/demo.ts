import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { routes } from '@sluice/contracts/api'
import { SluiceError } from '@sluice/kernel'
import type { PlatformConnection } from '../api/connect-platform.ts'
import type { CliErrorCode } from '../errors.ts'
import { exitStatus } from '../exit-status.ts'
import { demoOutcome } from '../progress/demo-outcome.ts'
import { createProgressView } from '../progress/create-progress-view.ts'
import { deliverySummary } from '../progress/summary.ts'
import { cardProject } from './card-project.ts'
import { readProject, showRun, takeNewestChange } from './deliver-change.ts'
import { withPlatform, type PlatformOptions } from './with-platform.ts'

const titles: Record<string, string> = {
  'bad-test': 'Keep one fen back from every limit',
  'bad-coverage': 'Print account statements',
  'bad-canary': 'Decline what is unlike the usual spending',
}

/** `sluice demo NAME`: delivers a faulty change of the card. Exit status 0 when it was stopped where it should be. */
export async function demo(name: string, options: PlatformOptions): Promise<number> {
  const patch = await readPatch(name)
  return withPlatform(options, async (connection, signal) => {
    if (!(await deliverGoodFirst(connection, signal))) return exitStatus.failed
    const branch = `demo/${name}`
    const parameters = { project: cardProject.slug }
    const change = { branch, title: titles[name] ?? `Demo ${name}`, patch }
    await connection.call(routes.proposeChange, { parameters, body: change })
    const created = await connection.call(routes.createRun, { parameters, body: { ref: branch, deliver: true } })
    process.stdout.write(`\nDelivering the change "${change.title}" on branch ${branch}\n`)
    const run = await follow(connection, created.id, signal)
    if (run === null) return exitStatus.failed
    const outcome = demoOutcome(name, run)
    process.stdout.write(`\n${outcome.sentence}\n`)
    return outcome.isStopped ? exitStatus.ok : exitStatus.failed
  })
}

/** A demo shows what happens to a change of a program in production: without one there, it is delivered first. */
async function deliverGoodFirst(connection: PlatformConnection, signal: AbortSignal): Promise<boolean> {
  const start = performance.now()
  const runId = await takeNewestChange(connection)
  if (runId === null) return true
  const run = await follow(connection, runId, signal)
  if (run === null) return false
  const { environments } = await readProject(connection)
  const lines = deliverySummary({ run, environments, tookMs: performance.now() - start })
  process.stdout.write(`\n${lines.join('\n')}\n`)
  return run.delivery === 'delivered'
}

async function follow(connection: PlatformConnection, runId: string, signal: AbortSignal) {
  const view = await createProgressView(process.stdout, process.env)
  try {
    return await showRun(connection, runId, view, signal)
  } finally {
    await view.close()
  }
}

async function readPatch(name: string): Promise<string> {
  const folder = join(cardProject.folder, 'demos')
  const files = await readdir(folder).catch(() => [])
  const names = files.filter((file) => file.endsWith('.patch')).map((file) => file.slice(0, -'.patch'.length))
  if (names.includes(name)) return readFile(join(folder, `${name}.patch`), 'utf8')
  throw new SluiceError<CliErrorCode>(
    'CLI_DEMO_UNKNOWN',
    `Cannot run demo "${name}": there is no such demo; wanted one of ${names.sort().join(', ') || '(none is there)'}`,
  )
}
