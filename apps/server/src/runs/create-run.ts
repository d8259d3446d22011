import type { Actor } from '@sluice/contracts/events'
import type { PlanTrigger } from '@sluice/contracts/plan'
import { startDelivery } from '@sluice/delivery'
import { createRunState } from '@sluice/engine'
import type { GitRepository } from '@sluice/git'
import type { Clock, Ids } from '@sluice/kernel'
import { planDigest } from '@sluice/pipeline'
import {
  appendEntry,
  insertRun,
  markProducersAccepted,
  nextRunNumber,
  receiveCommit,
  upsertEnvironment,
  type Database,
  type PostgresJournal,
  type ProjectRow,
  type Unit,
} from '@sluice/store-postgres'
import { planChange, protectedDefinitions, type ChangeToPlan } from './plan-change.ts'
import { readPolicyOf, type PolicyInForce } from './read-policy-of.ts'

export interface RunRequest {
  project: ProjectRow
  ref: string
  source: PlanTrigger['source']
  deliver: boolean
  actor: Actor
  /** The actor takes the change's own definition of its reporting jobs for the protected one, for this run, and says why. */
  acceptance?: { reason: string }
}

export interface RunMakers {
  db: Database
  journal: PostgresJournal
  clock: Clock
  ids: Ids
  serverUrl: () => string
  /** Port of an environment's URL, by its place in the order of promotion. */
  sitePort: (position: number) => number
}

/**
 * Plans a change and begins its run.
 * @returns the run's id
 * @throws SluiceError GIT_REF_UNKNOWN, PIPELINE_MISTAKES, POLICY_MISTAKES
 */
export async function createRun(makers: RunMakers, repository: GitRepository, request: RunRequest): Promise<string> {
  const { db, clock, ids } = makers
  const { project } = request
  const commit = await repository.commitInfo(await repository.resolve(request.ref))
  const inForce = await readPolicyOf(db, repository, {
    project: project.slug,
    defaultBranch: project.default_branch,
    commit: commit.commit,
  })
  const runId = ids.next()
  const number = await db.transaction().execute((unit) => nextRunNumber(unit, project.slug))
  const createdAtMs = clock.now()
  const change: ChangeToPlan = {
    project,
    trigger: triggerOf(request, commit.commit, commit.parents[0]),
    commit,
    run: {
      id: runId,
      number,
      createdAt: new Date(createdAtMs).toISOString(),
      url: `${makers.serverUrl()}/runs/${runId}`,
    },
    serverUrl: makers.serverUrl(),
  }
  const plan = await planChange(repository, change)
  const definitions = await protectedDefinitions(repository, change, inForce.commit)
  const { policy } = inForce
  const title = commit.title
  const state = createRunState(
    runId,
    plan,
    policy.gates.map(({ name, after }) => ({ name, after })),
  )
  const digest = planDigest(plan)
  await db.transaction().execute(async (unit) => {
    await receiveCommit(unit, project.slug, commit.commit, createdAtMs)
    for (const [position, environment] of policy.environments.entries()) {
      await upsertEnvironment(unit, {
        project: project.slug,
        position,
        site: `${project.slug}-${environment.name}`,
        port: await untakenPort(unit, project.slug, makers.sitePort(position)),
        policy: environment,
      })
    }
    await makers.journal.createIn(unit, state)
    await insertRun(unit, {
      id: runId,
      project: project.slug,
      number,
      ref: request.ref,
      commit: commit.commit,
      beforeCommit: change.trigger.beforeCommit,
      title,
      author: commit.author,
      source: request.source,
      trigger: request.actor,
      deliver: request.deliver,
      plan,
      planDigest: digest,
      policy,
      policyRef: inForce.ref,
      policyCommit: inForce.commit,
      policyDigest: inForce.digest,
      protectedDefinitions: definitions,
      delivery: startDelivery(runId, environmentsOf(request, inForce)),
      createdAtMs,
    })
    const context = { id: ids.next(), atMs: createdAtMs, actor: request.actor, project: project.slug, runId }
    await appendEntry(unit, context, 'run.created', {
      number,
      ref: request.ref,
      commit: commit.commit,
      beforeCommit: change.trigger.beforeCommit,
      title,
      source: request.source,
      deliver: request.deliver,
      planDigest: digest,
      policyRef: inForce.ref,
      policyCommit: inForce.commit,
      policyDigest: inForce.digest,
      jobs: plan.jobs.map(({ name }) => name),
    })
    if (request.acceptance !== undefined) {
      // Here, so that no gate of the run can decide before it.
      await markProducersAccepted(unit, runId)
      await appendEntry(unit, { ...context, id: ids.next() }, 'producers.accepted', request.acceptance)
    }
    await makers.journal.stepIn(unit, runId, { kind: 'run.begun' }, createdAtMs)
  })
  return runId
}

/** Another project's fixed URL may have the port: then the router chooses one. */
async function untakenPort(unit: Unit, project: string, port: number): Promise<number> {
  const query = unit.selectFrom('environment').select('site').where('port', '=', port).where('project', '!=', project)
  return (await query.executeTakeFirst()) === undefined ? port : 0
}

const environmentsOf = (request: RunRequest, inForce: PolicyInForce): string[] =>
  request.deliver ? inForce.policy.environments.map(({ name }) => name) : []

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
