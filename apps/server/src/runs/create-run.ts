import type { Actor } from '@sluice/contracts/events'
import type { Plan, PlanTrigger } from '@sluice/contracts/plan'
import { startDelivery } from '@sluice/delivery'
import { createRunState } from '@sluice/engine'
import type { GitRepository } from '@sluice/git'
import { SluiceError, type Clock, type Ids } from '@sluice/kernel'
import { planDigest } from '@sluice/pipeline'
import {
  appendEntry,
  askFor,
  insertRun,
  nextRunNumber,
  receiveCommit,
  upsertEnvironment,
  type Database,
  type NewRun,
  type PostgresJournal,
  type ProjectRow,
  type Unit,
} from '@sluice/store-postgres'
import { checkOwnPolicy } from './check-own-policy.ts'
import { planChange, protectedDefinitions, type ChangeToPlan } from './plan-change.ts'
import { gatesToAsk } from './proposed-policy.ts'
import { readPolicyOf, type PolicyInForce } from './read-policy-of.ts'

export interface RunRequest {
  project: ProjectRow
  ref: string
  source: PlanTrigger['source']
  deliver: boolean
  actor: Actor
  /**
   * The actor takes the change's own definition of its reporting jobs for the protected one, for this run, and says why.
   * They have seen this commit, and no one that came after it.
   */
  acceptance?: { reason: string; commit: string }
}

export interface RunMakers {
  db: Database
  journal: PostgresJournal
  clock: Clock
  ids: Ids
  serverUrl: () => string
  /** The environments' URLs get ports from here on; 0 lets the router choose. */
  firstSitePort: number
}

/**
 * Plans a change and begins its run.
 * @returns the run's id
 * @throws SluiceError GIT_REF_UNKNOWN, PIPELINE_MISTAKES, POLICY_MISTAKES, RUN_NOT_ACCEPTABLE
 */
export async function createRun(makers: RunMakers, repository: GitRepository, request: RunRequest): Promise<string> {
  const planned = await planRun(makers, repository, request)
  await makers.db.transaction().execute((unit) => beginRun(makers, unit, request, planned))
  return planned.change.run.id
}

/** All that is known of a run before it is kept. */
interface PlannedRun {
  change: ChangeToPlan
  inForce: PolicyInForce
  plan: Plan
  definitions: Record<string, string>
  createdAtMs: number
}

async function planRun(
  { db, clock, ids, serverUrl }: RunMakers,
  repository: GitRepository,
  request: RunRequest,
): Promise<PlannedRun> {
  const { project } = request
  const newest = await repository.resolve(request.ref)
  checkAccepted(request, newest)
  const commit = await repository.commitInfo(newest)
  const inForce = await readPolicyOf(db, repository, {
    project: project.slug,
    defaultBranch: project.default_branch,
    commit: commit.commit,
  })
  const id = ids.next()
  // Before the plan, which holds it. A plan with mistakes leaves a gap in the numbers.
  const number = await db.transaction().execute((unit) => nextRunNumber(unit, project.slug))
  const createdAtMs = clock.now()
  const change: ChangeToPlan = {
    project,
    trigger: triggerOf(request, commit.commit, commit.parents[0]),
    commit,
    run: { id, number, createdAt: new Date(createdAtMs).toISOString(), url: `${serverUrl()}/runs/${id}` },
    serverUrl: serverUrl(),
  }
  const plan = await planChange(repository, change)
  const own = inForce.isFirst ? inForce.policy : inForce.proposed
  if (own !== null) checkOwnPolicy(own, plan, commit.commit)
  const definitions = await protectedDefinitions(repository, change, inForce.commit)
  return { change, inForce, plan, definitions, createdAtMs }
}

/** What the run is of and what was accepted are compared here, so that no push comes between. */
function checkAccepted({ acceptance, ref }: RunRequest, newest: string): void {
  if (acceptance === undefined || acceptance.commit === newest) return
  const [accepted, stands] = [acceptance.commit.slice(0, 8), newest.slice(0, 8)]
  throw new SluiceError(
    'RUN_NOT_ACCEPTABLE',
    `Cannot accept the producers of commit ${accepted}: "${ref}" stands at ${stands} now`,
    { status: 409 },
  )
}

/** Keeps the run, tells of it and takes its first step: all or nothing. */
async function beginRun(makers: RunMakers, unit: Unit, request: RunRequest, planned: PlannedRun): Promise<void> {
  const { change, plan, createdAtMs } = planned
  const { policy, proposed, ref } = planned.inForce
  const project = request.project.slug
  const runId = change.run.id
  const asked = gatesToAsk({ policy, proposed_policy: proposed, ref: request.ref, policy_ref: ref, plan })
  const gates = asked.map(({ name, after }) => ({ name, after }))
  await receiveCommit(unit, project, change.commit.commit, createdAtMs)
  for (const [position, { name, tier }] of policy.environments.entries()) {
    // Neither part may hold a dot, so no two projects share a site.
    const site = `${project}.${name}`
    await upsertEnvironment(unit, { project, name, tier, position, site, firstPort: makers.firstSitePort })
  }
  await makers.journal.createIn(unit, createRunState(runId, plan, gates))
  await insertRun(unit, newRunOf(request, planned))
  await tellOf(makers, unit, request, planned)
  await makers.journal.stepIn(unit, runId, { kind: 'run.begun' }, createdAtMs)
  await askFor(unit, 'cancel-redundant', { runId })
}

function newRunOf(request: RunRequest, { change, inForce, plan, definitions, createdAtMs }: PlannedRun): NewRun {
  const { policy } = inForce
  const environments = request.deliver ? policy.environments.map(({ name }) => name) : []
  return {
    id: change.run.id,
    project: request.project.slug,
    number: change.run.number,
    ref: request.ref,
    commit: change.commit.commit,
    beforeCommit: change.trigger.beforeCommit,
    title: change.commit.title,
    author: change.commit.author,
    source: request.source,
    trigger: request.actor,
    deliver: request.deliver,
    plan,
    planDigest: planDigest(plan),
    policy,
    policyRef: inForce.ref,
    policyCommit: inForce.commit,
    policyDigest: inForce.digest,
    proposedPolicy: inForce.proposed,
    protectedDefinitions: definitions,
    producersAccepted: request.acceptance !== undefined,
    delivery: startDelivery(change.run.id, environments),
    parent: null,
    givenVariables: [],
    createdAtMs,
  }
}

async function tellOf(makers: RunMakers, unit: Unit, request: RunRequest, planned: PlannedRun): Promise<void> {
  const { change, inForce, plan, createdAtMs } = planned
  const context = () => ({
    id: makers.ids.next(),
    atMs: createdAtMs,
    actor: request.actor,
    project: request.project.slug,
    runId: change.run.id,
  })
  await appendEntry(unit, context(), 'run.created', {
    number: change.run.number,
    ref: request.ref,
    commit: change.commit.commit,
    beforeCommit: change.trigger.beforeCommit,
    title: change.commit.title,
    source: request.source,
    deliver: request.deliver,
    planDigest: planDigest(plan),
    policyRef: inForce.ref,
    policyCommit: inForce.commit,
    policyDigest: inForce.digest,
    jobs: plan.jobs.map(({ name }) => name),
  })
  if (request.acceptance === undefined) return
  await appendEntry(unit, context(), 'producers.accepted', { reason: request.acceptance.reason })
}

function triggerOf(request: RunRequest, commit: string, parent: string | undefined): PlanTrigger {
  return {
    source: request.source,
    ref: request.ref,
    refType: 'branch',
    commit,
    beforeCommit: parent ?? '0'.repeat(40),
    defaultBranch: request.project.default_branch,
  }
}
