import type { DeploymentView, EnvironmentView, GateView, JobState, JobView, RunView } from '@sluice/contracts/api'
import type { Judgement } from '@sluice/contracts/events'
import { formatDuration } from '@sluice/kernel'
import type { ProgressItem } from './progress-item.ts'

/** All that a run does, in the order of its way: jobs, evidence, gates, release, environments. */
export function progressOf(run: RunView, nowMs: number): ProgressItem[] {
  const jobs = run.stages.flatMap((stage) => stage.jobs.map((job) => jobItem(job, nowMs)))
  const gates = run.gates.map(gateItem)
  const evidence = jobs.length === 0 ? [] : [evidenceItem(run)]
  const delivery = run.deliver
    ? [releaseItem(run), ...run.environments.flatMap((one) => environmentItems(run, one))]
    : []
  return [...jobs, ...evidence, ...gates, ...delivery].map((item) => afterTheEnd(item, run))
}

const jobStates: Record<JobState, ProgressItem['state']> = {
  created: 'waiting',
  waiting: 'waiting',
  waiting_for_resource: 'waiting',
  pending: 'waiting',
  manual: 'waiting',
  running: 'running',
  success: 'done',
  failed: 'failed',
  canceled: 'failed',
  skipped: 'skipped',
}

function jobItem(job: JobView, nowMs: number): ProgressItem {
  const state = job.state === 'failed' && job.allowFailure ? 'skipped' : jobStates[job.state]
  const attempt = job.attempts.at(-1)
  const notes = [durationOf(attempt, nowMs)]
  if ((attempt?.number ?? 1) > 1) notes.push(`attempt ${attempt?.number}`)
  if (attempt?.isolation === 'none') notes.push('unisolated')
  if (job.downstream?.child != null) notes.push(childNote(job.downstream.child, nowMs))
  const isTold = state === 'failed' || state === 'skipped' || (job.downstream !== null && state === 'running')
  if (isTold) notes.push(job.stateReason.en)
  return {
    id: `job:${job.name}`,
    group: 'jobs',
    parent: null,
    title: `${job.stage} · ${job.name}`,
    state,
    note: joined(notes),
  }
}

/** The run that the job began: its number, and that it goes on or for how long it did. */
function childNote({ number, status, startedAt, finishedAt }: Child, nowMs: number): string {
  const untilMs = finishedAt === null ? nowMs : Date.parse(finishedAt)
  const duration = formatDuration(Math.max(0, untilMs - Date.parse(startedAt)))
  return `run ${number} ${status === 'success' ? 'passed' : status}, ${duration}`
}

type Child = NonNullable<NonNullable<JobView['downstream']>['child']>

function durationOf(attempt: JobView['attempts'][number] | undefined, nowMs: number): string {
  if (attempt?.startedAt == null) return ''
  const until = attempt.finishedAt === null ? nowMs : Date.parse(attempt.finishedAt)
  return formatDuration(Math.max(0, until - Date.parse(attempt.startedAt)))
}

function evidenceItem(run: RunView): ProgressItem {
  const refused = run.refusedReports.map((report) => `refused: ${report.path} (${report.code})`)
  const facts = run.evidence.map((one) => one.sentence.en)
  const jobsRun = run.status === 'running'
  const state =
    run.evidence.length === 0 && jobsRun ? 'waiting' : jobsRun ? 'running' : refused.length > 0 ? 'failed' : 'done'
  const count = `${run.evidence.length} ${run.evidence.length === 1 ? 'piece' : 'pieces'}`
  return {
    id: 'evidence',
    group: 'gate',
    parent: null,
    title: 'evidence',
    state,
    note: joined([count, ...facts, ...refused], '; '),
  }
}

function gateItem(gate: GateView): ProgressItem {
  const state = gate.state === 'waiting' ? 'waiting' : gate.state === 'open' ? 'done' : 'failed'
  return {
    id: `gate:${gate.name}`,
    group: 'gate',
    parent: null,
    title: `gate ${gate.name}`,
    state,
    note: gate.verdict?.sentence.en ?? '',
  }
}

function releaseItem(run: RunView): ProgressItem {
  const release = run.release
  const common = { id: 'release', group: 'delivery', parent: null, title: 'release' }
  if (release === null) return { ...common, state: 'waiting', note: '' }
  const digest = release.digest.replace(/^(sha256:.{12}).*/, '$1…')
  const note = joined([release.version, digest, `${release.files} files`])
  return { ...common, state: 'done', note }
}

function environmentItems(run: RunView, environment: EnvironmentView): ProgressItem[] {
  const deployment = run.deployments.findLast((one) => one.environment === environment.name)
  const id = `environment:${environment.name}`
  const common = { id, group: 'delivery', parent: null, title: environment.name }
  if (deployment === undefined) return environment.inPolicy ? [{ ...common, state: 'waiting', note: '' }] : []
  const state = deployment.state === 'running' ? 'running' : deployment.state === 'promoted' ? 'done' : 'failed'
  const note = joined([weightOf(deployment), withoutDot(deployment.sentence.en)], ': ')
  const steps = deployment.strategy === 'canary' ? deployment.steps.map((step) => stepItem(id, deployment, step)) : []
  return [{ ...common, state, note }, ...steps]
}

/** A canary that gets requests already; before that there is nothing to say of a weight. */
function weightOf({ state, strategy, weight }: DeploymentView): string {
  return state === 'running' && strategy === 'canary' && weight > 0 ? `${weight} % of the requests` : ''
}

const withoutDot = (sentence: string): string => sentence.replace(/\.$/, '')

const stepStates: Record<DeploymentView['steps'][number]['state'], ProgressItem['state']> = {
  waiting: 'waiting',
  running: 'running',
  passed: 'done',
  failed: 'failed',
  inconclusive: 'failed',
}

function stepItem(
  environmentId: string,
  deployment: DeploymentView,
  step: DeploymentView['steps'][number],
): ProgressItem {
  const judgement = step.judgement ?? (step.state === 'running' ? deployment.current : null)
  const isCutOff = deployment.state !== 'running' && (step.state === 'waiting' || step.state === 'running')
  return {
    id: `${environmentId}:step:${step.weight}`,
    group: 'delivery',
    parent: environmentId,
    title: `canary at ${step.weight} %`,
    state: isCutOff ? 'skipped' : stepStates[step.state],
    note: judgement === null ? '' : ratesOf(judgement),
  }
}

/** The two error rates of a judgement, with what they stand on. */
export function ratesOf(judgement: Judgement): string {
  const one = ({ errorRate, requests }: Judgement['stable']): string =>
    errorRate === null
      ? 'no requests'
      : `${(errorRate * 100).toFixed(errorRate > 0 && errorRate < 0.001 ? 2 : 1)} % of ${requests}`
  return `errors: new ${one(judgement.canary)}, stable ${one(judgement.stable)}`
}

/** What still waits when everything is over will not come any more. */
function afterTheEnd(item: ProgressItem, run: RunView): ProgressItem {
  const isOver =
    run.status !== 'running' && (run.delivery === 'stopped' || run.delivery === 'none' || run.status !== 'success')
  const willNotCome = item.state === 'waiting' || (item.state === 'running' && !item.id.startsWith('job:'))
  return isOver && willNotCome ? { ...item, state: 'skipped' } : item
}

function joined(parts: readonly string[], separator = ', '): string {
  return parts.filter((part) => part !== '').join(separator)
}
