import { randomUUID } from 'node:crypto'
import type { PlanJob, PlanVariable } from '@sluice/contracts/plan'
import { childEndOf, type ChildEnd, type RunState } from '@sluice/engine'
import { artifactSourcesOf, forwardedVariables } from '@sluice/execution'
import { SluiceError } from '@sluice/kernel'
import { artifactTexts, planChildOfJob, type ChildOfJob, type RefusedChild } from '@sluice/pipeline'
import { renderMistakes } from '../plan/render-mistakes.ts'
import type { ChildBeginning } from './drive-run.ts'
import type { FolderRun } from './folder-run.ts'
import { givenNames } from './given-names.ts'
import { handedOnFiles } from './handed-on-files.ts'
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
async function childRun(shop: Shop, job: PlanJob, signal: AbortSignal): Promise<FolderRun | RefusedChild> {
  const { run, numbers, tree } = shop
  const id = randomUUID()
  const number = ++numbers.last
  const createdAt = new Date(run.clock.now()).toISOString()
  const variables = forwardedVariables(job, dotenvFor(shop, job), run.given)
  const start = { variables, run: { id, number, createdAt }, pipelines: tree.size, outlivesChildren: true }
  const artifacts = artifactTexts(run.whole.jobs, handedOnFiles(shop.artifacts))
  const child = await planChildOfJob(run.request, job, start, (request) => run.compileChild(request, artifacts))
  if (signal.aborted) return { refused: 'it was stopped' }
  if (!('refused' in child)) return chosenRun(shop, job, { ...child, runId: id, number, signal })
  if (child.mistakes !== undefined) for (const line of renderMistakes(child.mistakes).split('\n')) run.view.note(line)
  return child
}

function dotenvFor({ run, dotenv }: Shop, job: PlanJob): PlanVariable[] {
  const planned = run.whole.jobs.find(({ name }) => name === job.name) ?? job
  return artifactSourcesOf(run.whole, planned).flatMap((name) => dotenv.get(name) ?? [])
}

interface KnownChild extends ChildOfJob {
  runId: string
  number: number
  signal: AbortSignal
}

/** The child with the jobs of it that are wanted: those that were named, or what is left of the last run. */
function chosenRun(shop: Shop, job: PlanJob, { plan, ...known }: KnownChild): FolderRun | RefusedChild {
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
