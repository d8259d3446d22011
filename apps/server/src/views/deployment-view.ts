import type { DeploymentView } from '@sluice/contracts/api'
import type { LogEntry } from '@sluice/contracts/events'
import type { RolloutState } from '@sluice/rollout'
import type { DeploymentRow } from '@sluice/store-postgres'

/** A deployment with its steps; what was judged at each comes from the log. */
export function deploymentView(deployment: DeploymentRow, log: LogEntry[]): DeploymentView {
  const { state } = deployment
  const { release, previous } = state.input
  const own = log.filter((entry) => 'deploymentId' in entry.payload && entry.payload.deploymentId === deployment.id)
  return {
    id: deployment.id,
    environment: deployment.environment,
    tier: state.input.environment.tier,
    strategy: deployment.strategy,
    state: deployment.outcome ?? 'running',
    sentence: deployment.sentence,
    release: { id: release.id, version: release.version, digest: release.digest },
    previous: previous === null ? null : { id: previous.id, version: previous.version, digest: previous.digest },
    startedAt: deployment.started_at.toISOString(),
    finishedAt: deployment.finished_at?.toISOString() ?? null,
    weight: weightOf(state),
    steps: stepsOf(state, own),
    current: deployment.current,
  }
}

/** Per cent of the requests that the new version gets by the table last asked for. */
export function weightOf(state: RolloutState): number {
  const { phase } = state
  if (phase.kind === 'stepping') return phase.weight
  if (phase.kind === 'handing-over' || phase.kind === 'retiring') return 100
  return phase.kind === 'finished' && phase.outcome === 'promoted' ? 100 : 0
}

function stepsOf(state: RolloutState, log: LogEntry[]): DeploymentView['steps'] {
  const { strategy } = state.input.environment
  const weights = strategy.kind === 'canary' ? strategy.steps : [100]
  return weights.map((weight) => {
    const stepped = log.find((entry) => entry.kind === 'rollout.stepped' && entry.payload.weight === weight)
    const judged = log.findLast((entry) => entry.kind === 'rollout.judged' && entry.payload.weight === weight)
    const judgement = judged?.kind === 'rollout.judged' ? judged.payload.judgement : null
    return {
      weight,
      state: stepState(state, weight, stepped !== undefined, judgement?.result ?? null),
      startedAt: stepped?.at ?? null,
      judgement,
    }
  })
}

function stepState(
  state: RolloutState,
  weight: number,
  begun: boolean,
  result: 'pass' | 'fail' | 'inconclusive' | null,
): DeploymentView['steps'][number]['state'] {
  const { phase } = state
  if (result === 'fail') return 'failed'
  if (phase.kind === 'stepping' && phase.weight === weight) return 'running'
  if (result === 'pass') return 'passed'
  if (result === 'inconclusive') return 'inconclusive'
  if (!begun) return phase.kind === 'finished' && phase.outcome === 'promoted' ? 'passed' : 'waiting'
  return phase.kind === 'finished' && phase.outcome === 'promoted' ? 'passed' : 'inconclusive'
}
