import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { routes } from '@sluice/contracts/api'
import { SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from '../errors.ts'
import { exitStatus } from '../exit-status.ts'
import { demoOutcome } from '../progress/demo-outcome.ts'
import { cardProject } from './card-project.ts'
import { takeNewestChange } from './deliver-change.ts'
import { followInView } from './follow-in-view.ts'
import { diskSentence, tellDelivery } from './tell-delivery.ts'
import { withPlatform, type PlatformInUse, type PlatformOptions } from './with-platform.ts'

const titles: Record<string, string> = {
  'bad-test': 'Keep one fen back from every limit',
  'bad-coverage': 'Print account statements',
  'bad-canary': 'Decline what is unlike the usual spending',
}

/** `sluice demo NAME`: delivers a faulty change of the card. Exit status 0 when it was stopped where it should be. */
export async function demo(name: string, options: PlatformOptions): Promise<number> {
  const patch = await readPatch(name)
  return withPlatform(options, async (platform) => {
    const { connection } = platform
    if (!(await deliverGoodFirst(platform))) return exitStatus.failed
    const branch = `demo/${name}`
    const parameters = { project: cardProject.slug }
    const change = { branch, title: titles[name] ?? `Demo ${name}`, patch }
    await connection.call(routes.proposeChange, { parameters, body: change })
    const created = await connection.call(routes.createRun, { parameters, body: { ref: branch, deliver: true } })
    process.stdout.write(`\nDelivering the change "${change.title}" on branch ${branch}\n`)
    const run = await followInView(platform, created.id)
    if (run === null) return exitStatus.failed
    const outcome = demoOutcome(name, run)
    process.stdout.write(`\n${outcome.sentence}\n`)
    const diskFault = outcome.isStopped ? null : await diskSentence(platform)
    if (diskFault !== null) process.stdout.write(`${diskFault}\n`)
    return outcome.isStopped ? exitStatus.ok : exitStatus.failed
  })
}

/** A demo shows what happens to a change of a program in production: without one there, it is delivered first. */
async function deliverGoodFirst(platform: PlatformInUse): Promise<boolean> {
  const { connection, signal } = platform
  const startMs = performance.now()
  const runId = await takeNewestChange(connection)
  const run = runId === null ? null : await followInView(platform, runId)
  if (signal.aborted) return false
  const lines: string[] = []
  const print = (line: string): void => void lines.push(line)
  const isDelivered = await tellDelivery(connection, { ...platform, run, startMs, print })
  // That production serves already is no news.
  if (run !== null || !isDelivered) process.stdout.write(`${lines.join('\n')}\n`)
  return isDelivered
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
