import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { relative } from 'node:path'
import type { Plan } from '@sluice/contracts/plan'
import type { Policy } from '@sluice/contracts/policy'
import type { Isolation } from '@sluice/execution'
import { GitRepository } from '@sluice/git'
import { detectIsolation } from '@sluice/isolation-namespaces'
import { SluiceError } from '@sluice/kernel'
import type { CompileRequest } from '@sluice/pipeline'
import type { CliErrorCode } from '../errors.ts'
import type { EventOptions } from '../event/event-options.ts'
import { exitStatus } from '../exit-status.ts'
import { planTree } from '../plan/plan-tree.ts'
import { renderLeftOut } from '../plan/render-left-out.ts'
import { renderMistakes } from '../plan/render-mistakes.ts'
import { renderWarnings } from '../plan/render-warnings.ts'
import type { ProcessIdentity } from '../processes/process-identity.ts'
import { takeSupervisorLock } from '../processes/supervisor-lock.ts'
import type { CompileChild } from '../run/compile-child.ts'
import { givenNames } from '../run/given-names.ts'
import { jobLines } from '../run/job-lines.ts'
import { JobRoom } from '../run/job-room.ts'
import { LocalResourceGroups } from '../run/local-resource-groups.ts'
import { continueRun } from '../run/kept-jobs.ts'
import { findLastJobs, wantedLastJobs, type LastJob, type LastJobs } from '../run/last-jobs.ts'
import { logFiles, type LogFiles } from '../run/log-files.ts'
import type { ExecutorChoice } from '../run/executor-choice.ts'
import { openLocalFolder, type LocalFolder } from '../run/local-folder.ts'
import { localWarnings } from '../run/local-warnings.ts'
import { quietView } from '../run/quiet-view.ts'
import { gatesInForce, readLocalPolicy } from '../run/read-local-policy.ts'
import { runFolder } from '../run/run-folder.ts'
import { runJson } from '../run/run-json.ts'
import { isWell, renderRun } from '../run/run-report.ts'
import { selectJobs, type SelectedJobs } from '../run/select-jobs.ts'
import type { Sources } from '../run/take-snapshot.ts'
import { hasColour } from '../terminal/has-colour.ts'
import { isInteractive } from '../terminal/is-interactive.ts'
import { compileInto, pipelineFolder } from './compile-folder.ts'
import { onInterruption } from './interruption.ts'

export interface RunOptions extends EventOptions {
  folder?: string
  concurrency?: number
  json?: boolean
  /** `false`: the named jobs alone. */
  needs?: boolean
  /** Manual jobs that are started. */
  manual?: string[]
  failed?: boolean
  quiet?: boolean
  logs?: boolean
  timestamps?: boolean
  executor?: ExecutorChoice['kind']
  image?: string
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
  const last = await findLastJobs(local.lastJobs)
  const number = (last?.number ?? 0) + 1
  const runId = randomUUID()
  const identity = { id: runId, number, createdAt: new Date(begunMs).toISOString() }
  const repository = await GitRepository.openOrCreate(local.repository)
  const compiled = await compileInto(repository, folder, options, identity)
  const note = renderLeftOut(compiled.leftOut)
  if (note !== null) process.stderr.write(`${note}\n`)
  if (compiled.kind !== 'plan') {
    process.stderr.write(`${renderMistakes(compiled.mistakes)}\n`)
    return exitStatus.failed
  }
  const chosen = chooseJobs(compiled.plan, names, options, last)
  const policy = await readLocalPolicy(folder)
  const sources = { repository, folder, ...compiled.imported }
  const { request, compileChild } = compiled
  return carryOut(
    {
      local,
      sources,
      whole: compiled.plan,
      chosen,
      policy,
      given: givenNames(request),
      request,
      compileChild,
      runId,
      number,
      begunMs,
      isolation,
    },
    options,
  )
}

interface Work {
  local: LocalFolder
  sources: Sources
  whole: Plan
  chosen: ChosenJobs
  policy: Policy
  /** Names of the variables that the command line gives. */
  given: ReadonlySet<string>
  request: CompileRequest
  compileChild: CompileChild
  runId: string
  number: number
  begunMs: number
  isolation: Promise<Isolation>
}

async function carryOut({ begunMs, chosen, isolation, ...work }: Work, options: RunOptions): Promise<number> {
  const { local, whole, policy } = work
  const isDecided = gatesInForce(policy, namesOf(chosen.plan), namesOf(whole)) && isOfOneCommit(chosen, policy)
  const output = options.json === true ? process.stderr : process.stdout
  const colour = hasColour(output, process.env)
  const warnings = localWarnings(chosen.plan)
  if (warnings.length > 0) output.write(`${renderWarnings(warnings, { colour })}\n\n`)
  const { view, fileOf } = await openLogs(local, chosen, options, output)
  const interruption = onInterruption({
    first: (name) => view.note(`${name}: stopping the jobs`),
    // The sandboxes die with this process.
    second: () => process.exit(exitStatus.failed),
  })
  try {
    const result = await runFolder({
      ...work,
      ...chosen,
      executor: { kind: options.executor ?? 'process', image: options.image },
      isolation: await isolation,
      gates: isDecided ? policy.gates : [],
      selections: chosen.children,
      isContinued: options.failed === true,
      room: new JobRoom(options.concurrency ?? availableParallelism()),
      groups: new LocalResourceGroups(),
      clock,
      signal: interruption.signal,
      view,
    })
    await view.close()
    const undecided = isDecided ? [] : policy.gates.map(({ name }) => name)
    const confirmations = confirmationsOf(chosen.plan)
    const report = { ...result, undecided, confirmations, tookMs: clock.now() - begunMs }
    output.write(`\n${renderRun(report, { colour, width: output.columns ?? 120 })}\n`)
    if (options.json === true) process.stdout.write(`${JSON.stringify(runJson(report, fileOf))}\n`)
    return isWell(result) ? exitStatus.ok : exitStatus.failed
  } finally {
    await view.close()
    interruption.close()
  }
}

/** The jobs to run, and what of the last run they go on from. */
interface ChosenJobs extends SelectedJobs {
  kept: ReadonlyMap<string, LastJob>
  before: LastJobs | null
}

function chooseJobs(plan: Plan, names: readonly string[], options: RunOptions, last: LastJobs | null): ChosenJobs {
  if (options.failed === true) {
    const before = wantedLastJobs(last)
    const continued = continueRun(plan, before)
    const manual = options.manual ?? []
    return { ...selectJobs(continued.plan, { names, manual, withNeeds: true }), kept: continued.kept, before }
  }
  const withNeeds = options.needs !== false
  const selected = selectJobs(plan, { names, manual: options.manual ?? [], withNeeds })
  return { ...selected, kept: new Map(), before: withNeeds ? null : last }
}

/** Reports of jobs that are not run again are about the commit that they ran on. */
function isOfOneCommit({ plan, kept, before }: ChosenJobs, policy: Policy): boolean {
  return before?.commit === plan.trigger.commit || !policy.reports.some(({ job }) => kept.has(job))
}

async function openLogs(
  local: LocalFolder,
  { plan, kept }: ChosenJobs,
  options: RunOptions,
  output: NodeJS.WriteStream,
): Promise<LogFiles> {
  if (kept.size === 0) await rm(local.logs, { recursive: true, force: true })
  await mkdir(local.logs, { recursive: true, mode: 0o700 })
  const jobs = planTree(plan).flatMap((one) => one.plan.jobs.map(({ name }) => one.prefix + name))
  const colour = hasColour(output, process.env)
  const write = (text: string | Uint8Array): boolean => {
    output.write(text)
    return output.writableLength === 0
  }
  const isLive = options.quiet !== true && options.logs !== true && options.timestamps !== true
  // What draws it takes as long to load as all the rest of this command.
  const live = isLive && isInteractive(output, process.env) ? await import('../run/live-view.ts') : null
  return logFiles(local.logs, jobs, (fileOf) => {
    if (options.quiet === true) return quietView(write)
    const logOf = (job: string): string => relative(process.cwd(), fileOf(job))
    if (live !== null) {
      const left = jobs.filter((job) => !kept.has(job))
      return live.liveView({ output, colour, now: clock.now, jobs: left, logOf })
    }
    return jobLines(jobs, { colour, write, now: options.timestamps === true ? clock.now : undefined })
  })
}

const namesOf = ({ jobs }: { jobs: readonly { name: string }[] }): Set<string> => new Set(jobs.map(({ name }) => name))

/** Of children too, as far as they are known. */
const confirmationsOf = (whole: Plan): Map<string, string> =>
  new Map(
    planTree(whole).flatMap(({ prefix, plan }) =>
      plan.jobs.flatMap(({ name, manualConfirmation: asked }) =>
        asked === undefined ? [] : [[prefix + name, asked] as const],
      ),
    ),
  )
