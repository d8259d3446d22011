import type { EventKind, EventPayloads, LogEntry } from '@sluice/contracts/events'

/** The moment at which every built log begins: 2026-03-02T08:00:00Z. */
export const logStartMs = 1_772_438_400_000

/** Writes entries as a store would, one minute apart unless told otherwise. */
export interface LogBuilder {
  entries: LogEntry[]
  /** Time of the next entry, in milliseconds. */
  nowMs: number
  add<K extends EventKind>(kind: K, payload: EventPayloads[K], runId?: string | null): LogBuilder
  /** Moves the time of the next entry. */
  wait(byMs: number): LogBuilder
}

/** An empty log of the project `card`. */
export function logBuilder(): LogBuilder {
  const builder: LogBuilder = {
    entries: [],
    nowMs: logStartMs,
    add(kind, payload, runId = null) {
      const seq = builder.entries.length + 1
      const at = new Date(builder.nowMs).toISOString()
      const actor = { kind: 'system', id: 'test' } as const
      builder.entries.push({ seq, id: `e-${seq}`, at, actor, project: 'card', runId, kind, payload } as LogEntry)
      builder.nowMs += 60_000
      return builder
    },
    wait(byMs) {
      builder.nowMs += byMs
      return builder
    },
  }
  return builder
}

/** What a built deployment looks like. */
export interface BuiltDeployment {
  id: string
  release: string
  environment?: string
  tier?: string
  outcome?: EventPayloads['deployment.finished']['outcome']
  strategy?: 'recreate' | 'canary'
  digest?: string
  previous?: string | null
  /** Weights of its steps, each with a judgement; the last one fails where the outcome is `aborted`. */
  weights?: number[]
  commits?: EventPayloads['deployment.finished']['commits']
}

const version = { requests: 200, errors: 0, errorRate: 0, latencyP50Ms: 3, latencyP95Ms: 9 }
const sentence = { en: 'Judged.', zh: '已判定。' }

/** Adds the entries of one whole deployment. */
export function addDeployment(log: LogBuilder, built: BuiltDeployment, runId: string | null = null): LogBuilder {
  const { id: deploymentId, release: releaseId, environment = 'production', tier = environment } = built
  const { outcome = 'promoted', strategy = 'canary', digest = `sha256:${releaseId}`, weights = [] } = built
  const previousReleaseId = built.previous ?? null
  log.add(
    'deployment.started',
    { deploymentId, releaseId, environment, tier, strategy, digest, previousReleaseId },
    runId,
  )
  weights.forEach((weight, place) => {
    const fails = outcome === 'aborted' && place === weights.length - 1
    const judgement = { result: fails ? 'fail' : 'pass', stable: version, canary: version, sentence } as const
    log.add('rollout.stepped', { deploymentId, environment, weight }, runId)
    log.add('rollout.judged', { deploymentId, environment, weight, judgement }, runId)
  })
  const commits = built.commits ?? []
  return log.add(
    'deployment.finished',
    { deploymentId, releaseId, environment, tier, outcome, sentence, commits },
    runId,
  )
}
