/** The walk of a change as the run's page heads it: jobs, evidence, gates, release, each environment. */
import type { JobView, RunView } from '@sluice/contracts/api'
import type { Tone } from '../../shared/ui/tone.ts'

export interface ChainLink {
  key: string
  kind: 'jobs' | 'evidence' | 'gate' | 'release' | 'environment'
  /** The name of a gate or environment, the version of a release; empty for jobs and evidence. */
  name: string
  tone: Tone
  /** How many are done and how many there are; `null` where counting says nothing. */
  done: number | null
  total: number | null
  /** The part of the page that tells more. */
  anchor: string
}

export function chainOf(run: RunView): ChainLink[] {
  const links = [jobsLink(run), evidenceLink(run), ...run.gates.map(gateLink)]
  if (run.release !== null || run.deliver) links.push(releaseLink(run))
  return [...links, ...environmentNames(run).map((name) => environmentLink(run, name))]
}

/** Those of the policy, and others only where the run was deployed to them: they get nothing of a later run. */
function environmentNames({ deliver, deployments, environments }: RunView): string[] {
  if (!deliver && deployments.length === 0) return []
  const inPolicy = environments.filter((environment) => environment.inPolicy).map(({ name }) => name)
  return [...new Set([...inPolicy, ...deployments.map(({ environment }) => environment)])]
}

const endedStates: readonly JobView['state'][] = ['success', 'failed', 'canceled', 'skipped']

function jobsLink(run: RunView): ChainLink {
  const jobs = run.stages.flatMap((stage) => stage.jobs)
  const done = jobs.filter((job) => endedStates.includes(job.state)).length
  return { key: 'jobs', kind: 'jobs', name: '', tone: jobsTone(jobs), done, total: jobs.length, anchor: 'jobs' }
}

function jobsTone(jobs: readonly JobView[]): Tone {
  if (jobs.some((job) => job.state === 'failed' && !job.allowFailure)) return 'bad'
  if (jobs.some((job) => job.state === 'running' || job.state === 'pending')) return 'busy'
  if (jobs.some((job) => job.state === 'manual')) return 'warn'
  return jobs.length > 0 && jobs.every((job) => endedStates.includes(job.state)) ? 'good' : 'idle'
}

function evidenceLink(run: RunView): ChainLink {
  const refused = run.refusedReports.length
  const tone = refused > 0 ? 'warn' : run.evidence.length > 0 ? 'good' : 'idle'
  const base = { key: 'evidence', kind: 'evidence', name: '', anchor: 'evidence' } as const
  return { ...base, tone, done: run.evidence.length, total: null }
}

function gateLink(gate: RunView['gates'][number]): ChainLink {
  const tones = { waiting: 'idle', open: 'good', closed: 'bad' } as const
  const passed = gate.verdict?.clauses.filter((clause) => clause.state === 'pass').length ?? null
  return {
    key: `gate-${gate.name}`,
    kind: 'gate',
    name: gate.name,
    tone: tones[gate.state],
    done: passed,
    total: gate.verdict?.clauses.length ?? null,
    anchor: 'gates',
  }
}

function releaseLink(run: RunView): ChainLink {
  const tone = run.release === null ? 'idle' : 'good'
  return {
    key: 'release',
    kind: 'release',
    name: run.release?.version ?? '',
    tone,
    done: null,
    total: null,
    anchor: 'release',
  }
}

function environmentLink(run: RunView, name: string): ChainLink {
  const deployment = run.deployments.findLast((candidate) => candidate.environment === name)
  const tones = { running: 'busy', promoted: 'good', aborted: 'bad', failed: 'bad' } as const
  const tone = deployment === undefined ? 'idle' : tones[deployment.state]
  const weighed = deployment?.strategy === 'canary' && deployment.state === 'running'
  const base = {
    key: `environment-${name}`,
    kind: 'environment',
    name,
    anchor: deployment === undefined ? 'release' : 'rollouts',
  } as const
  return { ...base, tone, done: weighed ? deployment.weight : null, total: weighed ? 100 : null }
}
