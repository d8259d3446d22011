import type { Deployment } from './deployment.ts'

/** A deployment that took traffic and was taken back, with the time from trouble to recovery. */
export interface Failure {
  deployment: Deployment
  how: 'aborted' | 'rolled-back'
  /** First failing judgement, else the end of the deployment. */
  startMs: number
  startedBy: 'judgement' | 'finish'
  /** Aborted: its end, when all traffic was back on the stable version. Rolled back: the end of the rollback. */
  endMs: number
  /** The deployment that brought the earlier release back; `null` where the rollout itself put the traffic back. */
  rollback: Deployment | null
}

/** Failures among deployments of one tier, given in the order in which they finished. */
export function failuresAmong(deployments: Deployment[]): Failure[] {
  return [...Map.groupBy(deployments, ({ environment }) => environment).values()].flatMap(failuresOfEnvironment)
}

/** Follows one environment: what runs, and whether a promotion brings an earlier release back. */
function failuresOfEnvironment(deployments: Deployment[]): Failure[] {
  const failures: Failure[] = []
  const promotedBefore = new Set<string>()
  let current: Deployment | null = null
  for (const deployment of deployments) {
    if (deployment.outcome !== 'promoted') {
      if (deployment.tookTraffic) failures.push(failureOf(deployment, 'aborted', deployment.finishedAtMs, null))
      continue
    }
    const bringsBack: boolean = promotedBefore.has(deployment.releaseId) && current?.releaseId !== deployment.releaseId
    if (bringsBack && current !== null) {
      failures.push(failureOf(current, 'rolled-back', deployment.finishedAtMs, deployment))
    }
    promotedBefore.add(deployment.releaseId)
    current = deployment
  }
  return failures
}

function failureOf(deployment: Deployment, how: Failure['how'], endMs: number, rollback: Deployment | null): Failure {
  const { impairedAtMs, finishedAtMs } = deployment
  const startMs = impairedAtMs ?? finishedAtMs
  return { deployment, how, startMs, startedBy: impairedAtMs === null ? 'finish' : 'judgement', endMs, rollback }
}
