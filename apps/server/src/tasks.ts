/** Work off the hot path: what each kind of job in the queue does, and the sweep for runners that fell silent. */
import { z } from 'zod'
import type { Clock } from '@sluice/kernel'
import {
  askFor,
  findDeploymentOf,
  silentAttempts,
  type AttemptEnd,
  type AttemptRow,
  type Database,
} from '@sluice/store-postgres'
import { attemptOfJob, childToBegin, toldRun } from './children/ask-of-children.ts'
import { beginChild, type ChildMakers } from './children/begin-child.ts'
import { cancelChild } from './children/cancel-child.ts'
import { tellParent } from './children/tell-parent.ts'
import { grantRequest, grantResource } from './resource-groups/grant-resource.ts'
import { beginDeployment, type Beginners, type DeploymentRequest } from './rollouts/begin-deployment.ts'
import { followDelivery } from './rollouts/follow-delivery.ts'
import { tellDelay } from './rollouts/tell-delay.ts'
import type { RolloutDriver } from './rollouts/rollout-driver.ts'
import { cancelRedundant } from './runs/cancel-redundant.ts'

const deploymentRequest = z.object({ runId: z.string(), environment: z.string(), releaseId: z.string() })
const rolloutRequest = z.object({ deploymentId: z.string() })
const cancelRequest = z.object({ runId: z.string(), environment: z.string() })
const redundantRequest = z.object({ runId: z.string() })
const dueRequest = z.object({ runId: z.string(), job: z.string() })

export interface TaskParts extends Beginners, ChildMakers {
  driver: RolloutDriver
}

/** While a deployment cannot begin, or a command of a rollout fails, it is tried again this often: the queue's own waits grow to hours. */
const driveAgainMs = 2000

export function tasksWith(parts: TaskParts): Record<string, (payload: unknown) => Promise<void>> {
  return {
    'begin-deployment': (payload) => begin(parts, deploymentRequest.parse(payload)),
    'drive-rollout': (payload) => driveRollout(parts, rolloutRequest.parse(payload).deploymentId),
    'cancel-deployment': (payload) => cancelDeployment(parts, cancelRequest.parse(payload)),
    'job-due': async (payload) => {
      const { runId, job } = dueRequest.parse(payload)
      await parts.journal.step(runId, { kind: 'job.due', payload: { job } }, parts.clock.now())
    },
    'begin-child': (payload) => beginChild(parts, childToBegin.parse(payload)),
    'cancel-child': (payload) => cancelChild(parts, attemptOfJob.parse(payload)),
    'tell-parent': (payload) => tellParent(parts, toldRun.parse(payload).runId),
    'grant-resource': (payload) => grantResource(parts, grantRequest.parse(payload)),
    'cancel-redundant': (payload) => cancelRedundant(parts, redundantRequest.parse(payload).runId),
  }
}

async function begin(parts: TaskParts, request: DeploymentRequest): Promise<void> {
  try {
    await beginDeployment(parts, request)
  } catch (error) {
    parts.failed('begin-deployment', error)
    await tellDelay(parts, request, error)
    const options = { key: `deploy:${request.runId}:${request.environment}`, atMs: parts.clock.now() + driveAgainMs }
    await askFor(parts.db, 'begin-deployment', request, options)
  }
}

async function cancelDeployment(
  parts: TaskParts,
  { runId, environment }: z.infer<typeof cancelRequest>,
): Promise<void> {
  const deployment = await findDeploymentOf(parts.db, runId, environment)
  if (deployment !== null) return parts.driver.cancel(deployment.id, 'a person')
  // Earlier versions asked for this also before the deployment began, and waited for it.
  await parts.db.transaction().execute((unit) => followDelivery(unit, parts, runId, { kind: 'cancel-requested' }))
}

async function driveRollout({ db, clock, driver, failed }: TaskParts, deploymentId: string): Promise<void> {
  try {
    await driver.drive(deploymentId)
  } catch (error) {
    failed('drive-rollout', error)
    const options = { key: `rollout:${deploymentId}`, atMs: clock.now() + driveAgainMs }
    await askFor(db, 'drive-rollout', { deploymentId }, options)
  }
}

/** A runner that says nothing for this long is taken for lost; its retries after a fault go on for longer than a restart of the server takes. */
const silenceMs = 60_000

/**
 * Ends the attempts of runners that fell silent: those that `suspects` had before, so that a clock that jumped, or a
 * machine that slept, gives its runners until the next sweep to be heard. Silence counts from the start of this server
 * at the earliest: while there was none, no runner could be heard. One that cannot be ended keeps none of the others.
 */
export async function endSilentAttempts(parts: {
  db: Database
  clock: Clock
  startedAtMs: number
  /** Ids of attempts that were silent at the last sweep; kept by the caller between sweeps. */
  suspects: Set<number>
  finish: (attempt: AttemptRow, end: AttemptEnd) => Promise<void>
  failed: (task: string, error: unknown) => void
}): Promise<void> {
  const sinceMs = parts.clock.now() - silenceMs
  if (parts.startedAtMs > sinceMs) return
  const silent = await silentAttempts(parts.db, sinceMs)
  const lost = silent.filter(({ id }) => parts.suspects.has(id))
  parts.suspects.clear()
  for (const { id } of silent) parts.suspects.add(id)
  for (const attempt of lost) {
    const end = { status: 'failed', exitCode: null, reason: 'runner_system_failure' } as const
    await parts.finish(attempt, end).catch((error: unknown) => parts.failed('end-silent-attempt', error))
  }
}
