/** Rows that others need to stand on: a project with a run, and a deployment of its release. */
import { randomUUID } from 'node:crypto'
import type { Plan } from '@sluice/contracts/plan'
import type { EnvironmentPolicy } from '@sluice/contracts/policy'
import { createRunState } from '@sluice/engine'
import { jobOf, planOf } from '@sluice/engine/testing'
import { startDelivery } from '@sluice/delivery'
import { start } from '@sluice/rollout'
import { sampleRollout } from '@sluice/rollout/testing'
import {
  insertDeployment,
  insertProject,
  insertRelease,
  insertRun,
  nextRunNumber,
  upsertEnvironment,
  type Database,
  type PostgresJournal,
  type Unit,
} from '../src/index.ts'

export const digest = `sha256:${'1'.repeat(64)}`

/** A project of that slug, unless it is there. */
export async function makeProject(db: Database, slug = 'card'): Promise<void> {
  const folder = `/projects/${slug}`
  await db
    .transaction()
    .execute((unit) => insertProject(unit, { slug, name: slug, defaultBranch: 'main', folder, createdAtMs: 0 }))
}

const twoJobs = planOf([jobOf('build', 'build'), jobOf('test', 'test')])

/** A run, of two jobs `build` and `test` by default, that has not begun. @returns its id */
export async function makeRun(
  db: Database,
  journal: PostgresJournal,
  project = 'card',
  environments: EnvironmentPolicy[] = [],
  plan: Plan = twoJobs,
): Promise<string> {
  const id = randomUUID()
  await db.transaction().execute(async (unit) => {
    await journal.createIn(unit, createRunState(id, plan, []))
    await insertRun(unit, {
      id,
      project,
      number: await nextRunNumber(unit, project),
      ref: 'main',
      commit: 'a'.repeat(40),
      beforeCommit: '0'.repeat(40),
      title: 'Change',
      author: 'Ann',
      source: 'push',
      trigger: { kind: 'person', id: 'local:0' },
      deliver: true,
      plan,
      planDigest: digest,
      policy: { version: 1, reports: [], gates: [], environments },
      policyRef: 'main',
      policyCommit: 'a'.repeat(40),
      policyDigest: digest,
      proposedPolicy: null,
      protectedDefinitions: {},
      producersAccepted: false,
      delivery: startDelivery(id, ['production']),
      parent: null,
      givenVariables: [],
      createdAtMs: 0,
    })
  })
  return id
}

/** A release of the run and an environment for it. @returns the release's id */
export async function makeRelease(db: Database, runId: string, project = 'card'): Promise<string> {
  const id = randomUUID()
  await db.transaction().execute(async (unit) => {
    await insertRelease(unit, {
      id,
      project,
      runId,
      version: `1-${id}`,
      digest,
      commit: 'a'.repeat(40),
      files: [],
      createdAtMs: 0,
    })
    await makeEnvironment(unit, { project, name: 'production' })
  })
  return id
}

/** An environment, unless it is there. */
export async function makeEnvironment(
  unit: Unit,
  environment: { project: string; name: string; position?: number; firstPort?: number },
): Promise<void> {
  const { project, name, position = 0, firstPort = 0 } = environment
  await upsertEnvironment(unit, { project, name, tier: 'production', position, site: `${project}.${name}`, firstPort })
}

/** Tries to begin a deployment. @returns its id, or `null` where something stands against it */
export async function beginDeployment(unit: Unit, runId: string, releaseId: string): Promise<string | null> {
  const id = randomUUID()
  const made = await insertDeployment(unit, {
    id,
    project: 'card',
    environment: 'production',
    runId,
    releaseId,
    previousReleaseId: null,
    strategy: 'canary',
    state: start(sampleRollout({ deploymentId: id })),
    sentence: { en: 'begins', zh: '开始' },
    startedAtMs: 0,
  })
  return made ? id : null
}
