import type { DeploymentOutcome, LogEntry } from '@sluice/contracts/events'

/** One deployment to one environment, put together from its entries. */
export interface Deployment {
  id: string
  releaseId: string
  environment: string
  /** What the environment ran before, as the start said; `null` for nothing. */
  previousReleaseId: string | null
  outcome: DeploymentOutcome
  finishedAtMs: number
  finishedSeq: number
  /** Whether real requests reached the new version: a step with a weight above zero, or promotion. */
  tookTraffic: boolean
  /** When analysis first said `fail`; `null` where it never did. */
  impairedAtMs: number | null
  commits: { commit: string; receivedAtMs: number }[]
  /** `seq` of all its entries. */
  entries: number[]
}

type Finished = Extract<LogEntry, { kind: 'deployment.finished' }>
type Own = Extract<
  LogEntry,
  { kind: 'deployment.started' | 'deployment.finished' | 'rollout.stepped' | 'rollout.judged' }
>

const ownKinds = new Set<string>(['deployment.started', 'deployment.finished', 'rollout.stepped', 'rollout.judged'])
const isOwn = (entry: LogEntry): entry is Own => ownKinds.has(entry.kind)

/** Finished deployments to environments of one tier, in the order in which they finished. */
export function deploymentsIn(entries: LogEntry[], tier: string): Deployment[] {
  const byId = Map.groupBy(entries.filter(isOwn), ({ payload }) => payload.deploymentId)
  return [...byId.values()]
    .flatMap((own) => {
      const finished = own.find((entry): entry is Finished => entry.kind === 'deployment.finished')
      return finished?.payload.tier === tier ? [deploymentOf(finished, own)] : []
    })
    .toSorted((a, b) => a.finishedSeq - b.finishedSeq)
}

function deploymentOf(finished: Finished, own: Own[]): Deployment {
  const { payload } = finished
  const started = own.find((entry) => entry.kind === 'deployment.started')
  const failedAtMs = own
    .filter((entry) => entry.kind === 'rollout.judged' && entry.payload.judgement.result === 'fail')
    .map(({ at }) => Date.parse(at))
  return {
    id: payload.deploymentId,
    releaseId: payload.releaseId,
    environment: payload.environment,
    previousReleaseId: started?.kind === 'deployment.started' ? started.payload.previousReleaseId : null,
    outcome: payload.outcome,
    finishedAtMs: Date.parse(finished.at),
    finishedSeq: finished.seq,
    tookTraffic:
      payload.outcome === 'promoted' ||
      own.some((entry) => entry.kind === 'rollout.stepped' && entry.payload.weight > 0),
    impairedAtMs: failedAtMs.length === 0 ? null : Math.min(...failedAtMs),
    commits: payload.commits.map(({ commit, receivedAt }) => ({ commit, receivedAtMs: Date.parse(receivedAt) })),
    entries: own.map(({ seq }) => seq),
  }
}
