import type { Actor, Judgement } from '@sluice/contracts/events'
import type { GitRepository } from '@sluice/git'
import type { Clock, Ids } from '@sluice/kernel'
import { advance, type RolloutCommand, type RolloutEvent, type RolloutState, type Sentence } from '@sluice/rollout'
import {
  announce,
  appendEntry,
  findRelease,
  lockDeployment,
  receivedAt,
  setGeneration,
  setServing,
  storeRollout,
  type Database,
  type DeploymentRow,
  type Unit,
} from '@sluice/store-postgres'
import { followDelivery } from './follow-delivery.ts'
import { observing, sentenceOf } from './sentence-of.ts'

export interface EventTakers {
  db: Database
  clock: Clock
  ids: Ids
  repositoryOf: (project: string) => Promise<GitRepository>
}

const rollout: Actor = { kind: 'system', id: 'rollout' }
type Finished = Extract<Extract<RolloutCommand, { kind: 'record' }>['entry'], { kind: 'deployment.finished' }>

/**
 * Takes one event of a rollout: the state, the log's entries and, at its end, the environment and the delivery, in one
 * transaction under the deployment's lock. Which commits a promotion brings is asked of Git outside of it, and only
 * when the event promotes.
 * @returns the state after it; `null` where there is no such deployment
 */
export async function takeEvent(
  parts: EventTakers,
  deploymentId: string,
  event: RolloutEvent,
): Promise<RolloutState | null> {
  const taken = await takeWith(parts, deploymentId, event, null)
  if (taken !== 'commits wanted') return taken
  const commits = await commitsBrought(parts, deploymentId)
  return takeWith(parts, deploymentId, event, commits)
}

async function takeWith<C extends Commits | null>(
  parts: EventTakers,
  deploymentId: string,
  event: RolloutEvent,
  commits: C,
): Promise<RolloutState | null | (C extends null ? 'commits wanted' : never)>
async function takeWith(
  parts: EventTakers,
  deploymentId: string,
  event: RolloutEvent,
  commits: Commits | null,
): Promise<RolloutState | null | 'commits wanted'> {
  return parts.db.transaction().execute(async (unit) => {
    const deployment = await lockDeployment(unit, deploymentId)
    if (deployment === null) return null
    if (deployment.finished_at !== null) return deployment.state
    const { state, commands } = advance(deployment.state, event, parts.clock.now())
    if (commits === null && state.phase.kind === 'finished' && state.phase.outcome === 'promoted')
      return 'commits wanted'
    for (const command of commands)
      if (command.kind === 'record') await record(parts, unit, deployment, state, command.entry, commits ?? [])
    await keep(parts, unit, deployment, state)
    return state
  })
}

interface ReceivedCommit {
  commit: string
  receivedAt: string
}
type Commits = ReceivedCommit[]

async function record(
  parts: EventTakers,
  unit: Unit,
  deployment: DeploymentRow,
  state: RolloutState,
  entry: Extract<RolloutCommand, { kind: 'record' }>['entry'],
  commits: Commits,
): Promise<void> {
  const context = {
    id: parts.ids.next(),
    atMs: parts.clock.now(),
    actor: rollout,
    project: deployment.project,
    runId: deployment.run_id,
  }
  if (entry.kind !== 'deployment.finished') {
    await appendEntry(unit, context, entry.kind, entry.payload as never)
    return
  }
  await appendEntry(unit, context, entry.kind, { ...entry.payload, commits })
  await finished(parts, unit, deployment, state, entry)
}

async function finished(
  parts: EventTakers,
  unit: Unit,
  deployment: DeploymentRow,
  state: RolloutState,
  entry: Finished,
): Promise<void> {
  const { outcome, sentence } = entry.payload
  const candidate = state.instances.candidate
  if (outcome === 'promoted' && candidate) {
    await setServing(unit, deployment.project, deployment.environment, {
      releaseId: deployment.release_id,
      instanceId: candidate.instanceId,
      policy: state.input.environment,
      sinceMs: parts.clock.now(),
    })
  }
  // One that died after the hand-over is started again by who keeps the environment, and told as healthy then.
  if (outcome === 'promoted' && candidate?.status === 'healthy') {
    const context = {
      id: parts.ids.next(),
      atMs: parts.clock.now(),
      actor: rollout,
      project: deployment.project,
      runId: deployment.run_id,
    }
    await appendEntry(unit, context, 'environment.healthy', {
      environment: deployment.environment,
      releaseId: deployment.release_id,
      adopted: false,
    })
  }
  await followDelivery(unit, parts, deployment.run_id, {
    kind: 'deployment.finished',
    environment: deployment.environment,
    outcome,
    sentence,
  })
}

async function keep(parts: EventTakers, unit: Unit, deployment: DeploymentRow, state: RolloutState): Promise<void> {
  const { phase } = state
  const current: Judgement | null = observing(state) ? state.lastJudgement : null
  const sentence: Sentence = sentenceOf(state)
  const outcome = phase.kind === 'finished' ? phase.outcome : null
  await storeRollout(unit, deployment.id, { state, current, sentence, outcome, nowMs: parts.clock.now() })
  await setGeneration(unit, deployment.project, deployment.environment, state.generation)
  await announce(unit, { seq: 0, project: deployment.project, runId: deployment.run_id, kind: 'rollout.observed' })
}

/** Commits that this deployment would bring: in its release and not in the one before, with their times of receipt. */
async function commitsBrought({ db, repositoryOf }: EventTakers, deploymentId: string): Promise<Commits> {
  const deployment = await db
    .selectFrom('deployment')
    .select(['project', 'release_id', 'previous_release_id'])
    .where('id', '=', deploymentId)
    .executeTakeFirst()
  if (!deployment) return []
  const release = await findRelease(db, deployment.release_id)
  const previous =
    deployment.previous_release_id === null ? null : await findRelease(db, deployment.previous_release_id)
  if (release === null) return []
  const repository = await repositoryOf(deployment.project)
  const commits = await repository.commitsBetween(previous?.commit ?? null, release.commit)
  const received = await receivedAt(
    db,
    deployment.project,
    commits.map(({ commit }) => commit),
  )
  return received.map(({ commit, receivedAt: at }) => ({ commit, receivedAt: at.toISOString() }))
}
