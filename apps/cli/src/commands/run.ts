import { availableParallelism } from 'node:os'
import type { Isolation } from '@sluice/execution'
import { GitRepository } from '@sluice/git'
import { detectIsolation } from '@sluice/isolation-namespaces'
import { SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from '../errors.ts'
import type { EventOptions } from '../event/event-options.ts'
import { exitStatus } from '../exit-status.ts'
import { renderMistakes } from '../plan/render-mistakes.ts'
import type { ProcessIdentity } from '../processes/process-identity.ts'
import { takeSupervisorLock } from '../processes/supervisor-lock.ts'
import { jobLines } from '../run/job-lines.ts'
import { openLocalFolder, type LocalFolder } from '../run/local-folder.ts'
import { gatesInForce, readLocalPolicy } from '../run/read-local-policy.ts'
import { runFolder, type FolderRunResult } from '../run/run-folder.ts'
import { isWell, renderRun } from '../run/run-report.ts'
import { selectJobs } from '../run/select-jobs.ts'
import { hasColour } from '../terminal/has-colour.ts'
import { compileInto, pipelineFolder } from './compile-folder.ts'
import { onInterruption } from './interruption.ts'

export interface RunOptions extends EventOptions {
  folder?: string
  concurrency?: number
  json?: boolean
}

const clock = { now: () => Date.now() }

/** `sluice run [JOB…]`: the pipeline of a folder on this machine. Exit status 0 when all is well. */
export async function run(names: readonly string[], options: RunOptions): Promise<number> {
  const folder = pipelineFolder(options.folder)
  const local = await openLocalFolder(folder)
  const lock = await takeSupervisorLock(local.lock, process.pid, inUse)
  // Found out while the pipeline is compiled: that waits for Git most of its time.
  const isolation = detectIsolation()
  try {
    return await runLocked(folder, local, names, options, isolation)
  } finally {
    await (await isolation).close?.()
    await lock.release()
  }
}

function inUse({ pid }: ProcessIdentity): SluiceError {
  return new SluiceError<CliErrorCode>(
    'CLI_RUN_UNDER_WAY',
    `Cannot run jobs here: process ${pid} ("sluice run") does so in this folder already; wait for its end`,
  )
}

async function runLocked(
  folder: string,
  local: LocalFolder,
  names: readonly string[],
  options: RunOptions,
  isolation: Promise<Isolation>,
): Promise<number> {
  const begunMs = clock.now()
  const repository = await GitRepository.openOrCreate(local.repository)
  const compiled = await compileInto(repository, folder, options)
  if (compiled.kind !== 'plan') {
    process.stderr.write(`${renderMistakes(compiled.mistakes)}\n`)
    return exitStatus.failed
  }
  const policy = await readLocalPolicy(folder)
  const plan = selectJobs(compiled.plan, names)
  const isDecided = gatesInForce(policy, namesOf(plan), namesOf(compiled.plan))
  const output = options.json === true ? process.stderr : process.stdout
  const colour = hasColour(output, process.env)
  const interruption = onInterruption({
    first: (name) => output.write(`\n${name}: stopping the jobs\n`),
    // The sandboxes die with this process.
    second: () => process.exit(exitStatus.failed),
  })
  try {
    const result = await runFolder({
      local,
      isolation: await isolation,
      sources: { repository, folder, ...compiled.imported },
      plan,
      policy,
      gates: isDecided ? policy.gates : [],
      concurrency: options.concurrency ?? availableParallelism(),
      clock,
      signal: interruption.signal,
      lines: jobLines(
        plan.jobs.map(({ name }) => name),
        { colour, write: (text) => output.write(text) },
      ),
    })
    const undecided = isDecided ? [] : policy.gates.map(({ name }) => name)
    const report = { ...result, undecided, tookMs: clock.now() - begunMs }
    output.write(`\n${renderRun(report, colour)}\n`)
    if (options.json === true) process.stdout.write(`${JSON.stringify(asJson(result, report.tookMs))}\n`)
    return isWell(result) ? exitStatus.ok : exitStatus.failed
  } finally {
    interruption.close()
  }
}

const namesOf = ({ jobs }: { jobs: readonly { name: string }[] }): Set<string> => new Set(jobs.map(({ name }) => name))

function asJson({ state, durationsMs, verdicts }: FolderRunResult, tookMs: number): unknown {
  const jobs = Object.values(state.jobs).map(({ name, stage, status, attempt, reason, exitCode }) => ({
    name,
    stage,
    status,
    attempt,
    reason,
    exitCode,
    durationMs: durationsMs[name] ?? null,
  }))
  return { runId: state.runId, isWell: isWell({ state, verdicts }), tookMs, jobs, verdicts }
}
