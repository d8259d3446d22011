import { randomUUID } from 'node:crypto'
import type { Plan, PlanJob, PlanVariable } from '@sluice/contracts/plan'
import { childEndOf, type ChildEnd, type RunState } from '@sluice/engine'
import { artifactSourcesOf, forwardedVariables } from '@sluice/execution'
import { SluiceError } from '@sluice/kernel'
import { childOfJob, type CompileRequest } from '@sluice/pipeline'
import { renderMistakes } from '../plan/render-mistakes.ts'
import { artifactTexts } from './artifact-texts.ts'
import type { ChildBeginning } from './drive-run.ts'
import type { FolderRun } from './folder-run.ts'
import { givenNames } from './given-names.ts'
import { continueRun } from './kept-jobs.ts'
import { openChildShop, type Shop } from './open-shop.ts'
import { prefixedView } from './prefixed-view.ts'
import { selectJobs } from './select-jobs.ts'

/**
 * Makes the child that a job of a run begins, by what is known now, and begins it.
 * @param drive runs the child
 */
export async function beginChild(
  shop: Shop,
  { job, attempt, signal }: { job: PlanJob; attempt: number; signal: AbortSignal },
  drive: (child: Shop) => Promise<RunState>,
): Promise<ChildBeginning> {
  const { view, clock } = shop.run
  const begunMs = clock.now()
  view.begin(job.name, attempt)
  const end = (outcome: 'success' | 'failed' | 'canceled', why: { problem?: string; sentence?: string } = {}): void => {
    const durationMs = clock.now() - begunMs
    shop.durationsMs.set(job.name, durationMs)
    view.end(job.name, { outcome, reason: null, exitCode: null, problem: null, ...why, durationMs })
  }
  const run = await childRun(shop, job, signal)
  if ('refused' in run) {
    end('failed', { problem: `its child cannot be created: ${run.refused}` })
    return run
  }
  run.view.add(run.plan.jobs.map(({ name }) => name))
  const child = openChildShop(shop, run)
  const strategy = job.downstream?.strategy
  if (strategy === undefined) end('success')
  const ended = drive(child).then((state) => {
    shop.children.set(job.name, { shop: child, state })
    const told = childEndOf(state)
    if (told === null) view.note(`${job.name}: its child waits for a person`)
    else if (strategy !== undefined) end(...endOf(told.status, told.reason, strategy))
    return state
  })
  return { runId: run.runId, end: ended }
}

function endOf(
  status: ChildEnd,
  reason: string | null,
  strategy: 'depend' | 'mirror',
): ['success' | 'failed' | 'canceled', { sentence: string }] {
  if (status !== 'skipped') return [status, { sentence: reason ?? 'its child failed' }]
  return [strategy === 'mirror' ? 'success' : 'failed', { sentence: 'none of the jobs of its child ran' }]
}

/** What is wanted of the child's run, or why there is none. */
async function childRun(shop: Shop, job: PlanJob, signal: AbortSignal): Promise<FolderRun | { refused: string }> {
  const { downstream } = job
  if (downstream === undefined) throw new TypeError(`job "${job.name}" begins no child`)
  const { target } = downstream
  if (target.kind === 'project') return { refused: `project "${target.project}" cannot be reached from here` }
  if (shop.tree.size >= pipelinesMax) return { refused: `there are ${pipelinesMax} pipelines already` }
  const { run, numbers } = shop
  const id = randomUUID()
  const number = ++numbers.last
  const createdAt = new Date(run.clock.now()).toISOString()
  const variables = forwardedVariables(job, dotenvFor(shop, job), run.given)
  const request = childOfJob(run.request, target, { variables, run: { id, number, createdAt } })
  if ('refused' in request) return request
  const result = await run.compileChild(request, artifactTexts(run.whole.jobs, shop.artifacts))
  if (signal.aborted) return { refused: 'it was stopped' }
  if (result.kind === 'mistakes') {
    for (const line of renderMistakes(result.mistakes).split('\n')) run.view.note(line)
    return { refused: mistakesSentence(result.mistakes.map(({ message }) => message)) }
  }
  if (result.plan.jobs.length === 0) return { refused: 'none of its jobs runs for this change' }
  const heldGroups = groupsHeldWith(run, job)
  const blocked = result.plan.jobs.find(({ resourceGroup }) => resourceGroup !== null && heldGroups.has(resourceGroup))
  if (blocked !== undefined) return { refused: blockedSentence(blocked) }
  return chosenRun(shop, job, { heldGroups, request, plan: result.plan, runId: id, number, signal })
}

/** The resource groups that are held as long as the child runs. In GitLab a job of the child waits for one for ever. */
function groupsHeldWith({ heldGroups }: FolderRun, { downstream, resourceGroup }: PlanJob): ReadonlySet<string> {
  const isHeld = downstream?.strategy !== undefined && resourceGroup !== null
  return isHeld ? new Set([...heldGroups, resourceGroup]) : heldGroups
}

function blockedSentence({ name, resourceGroup }: PlanJob): string {
  return `its job "${name}" waits for resource group "${resourceGroup}", which is held until the child has ended`
}

/** GitLab's limit of a tree. */
const pipelinesMax = 1000

function mistakesSentence([first = '', ...more]: string[]): string {
  return more.length === 0 ? first : `${first}, and ${more.length} more`
}

function dotenvFor({ run, dotenv }: Shop, job: PlanJob): PlanVariable[] {
  const planned = run.whole.jobs.find(({ name }) => name === job.name) ?? job
  return artifactSourcesOf(run.whole, planned).flatMap((name) => dotenv.get(name) ?? [])
}

interface KnownChild {
  request: CompileRequest
  plan: Plan
  runId: string
  number: number
  signal: AbortSignal
  heldGroups: ReadonlySet<string>
}

/** The child with the jobs of it that are wanted: those that were named, or what is left of the last run. */
function chosenRun(shop: Shop, job: PlanJob, { plan, ...known }: KnownChild): FolderRun | { refused: string } {
  const { run } = shop
  const before = run.before?.jobs[job.name]?.child ?? null
  const isContinued = run.isContinued && before !== null
  const continued = isContinued ? continueRun(plan, before) : { plan, kept: new Map() }
  const selection = run.selections.get(job.name) ?? { names: [], manual: [], withNeeds: true }
  try {
    const { plan: selected, startedByHand, children } = selectJobs(continued.plan, selection)
    return {
      ...run,
      ...known,
      plan: selected,
      whole: plan,
      startedByHand,
      isContinued,
      view: prefixedView(run.view, job.name),
      given: givenNames(known.request),
      policy: { ...run.policy, reports: [] },
      gates: [],
      selections: children,
      kept: continued.kept,
      before: before === null ? null : { jobs: before.jobs, evidence: [], refused: [] },
    }
  } catch (error) {
    // A name of the command line that only now can be looked for.
    if (error instanceof SluiceError) return { refused: error.message }
    throw error
  }
}
