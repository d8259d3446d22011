import type { EnvironmentPolicy } from '@sluice/contracts/policy'
import type { Selectable } from 'kysely'
import { json, type Database, type Unit } from './database.ts'
import type { Schema } from './schema.ts'

export type ProjectRow = Selectable<Schema['project']>
export type EnvironmentRow = Selectable<Schema['environment']>

export async function findProject(db: Database | Unit, slug: string): Promise<ProjectRow | null> {
  return (await db.selectFrom('project').selectAll().where('slug', '=', slug).executeTakeFirst()) ?? null
}

export async function listProjects(db: Database | Unit): Promise<ProjectRow[]> {
  return db.selectFrom('project').selectAll().orderBy('slug').execute()
}

/** @returns false where the slug is taken */
export async function insertProject(
  unit: Unit,
  project: { slug: string; name: string; defaultBranch: string; folder: string; createdAtMs: number },
): Promise<boolean> {
  const made = await unit
    .insertInto('project')
    .values({
      slug: project.slug,
      name: project.name,
      default_branch: project.defaultBranch,
      folder: project.folder,
      created_at: new Date(project.createdAtMs),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('slug')
    .executeTakeFirst()
  return made !== undefined
}

/** Where the project's content is taken from. An administrator moved the checkout. */
export async function moveProject(db: Database | Unit, slug: string, folder: string): Promise<void> {
  await db.updateTable('project').set({ folder }).where('slug', '=', slug).execute()
}

/** Notes when a commit was first received: the beginning of its lead time. */
export async function receiveCommit(unit: Unit, project: string, commit: string, atMs: number): Promise<void> {
  await unit
    .insertInto('received_commit')
    .values({ project, commit, received_at: new Date(atMs) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function receivedAt(
  db: Database | Unit,
  project: string,
  commits: string[],
): Promise<{ commit: string; receivedAt: Date }[]> {
  if (commits.length === 0) return []
  const rows = await db
    .selectFrom('received_commit')
    .selectAll()
    .where('project', '=', project)
    .where('commit', 'in', commits)
    .execute()
  return rows.map((row) => ({ commit: row.commit, receivedAt: row.received_at }))
}

export async function listEnvironments(db: Database | Unit, project: string): Promise<EnvironmentRow[]> {
  return db.selectFrom('environment').selectAll().where('project', '=', project).orderBy('position').execute()
}

export async function findEnvironment(
  db: Database | Unit,
  project: string,
  name: string,
): Promise<EnvironmentRow | null> {
  return (
    (await db
      .selectFrom('environment')
      .selectAll()
      .where('project', '=', project)
      .where('name', '=', name)
      .executeTakeFirst()) ?? null
  )
}

/** The environment whose promoted release runs as this instance, if any. */
export async function findEnvironmentServedBy(db: Database | Unit, instanceId: string): Promise<EnvironmentRow | null> {
  return (
    (await db.selectFrom('environment').selectAll().where('instance_id', '=', instanceId).executeTakeFirst()) ?? null
  )
}

/** Makes the environment, or gives it the newest policy; what runs there stays. */
export async function upsertEnvironment(
  unit: Unit,
  environment: { project: string; position: number; site: string; port: number; policy: EnvironmentPolicy },
): Promise<void> {
  const { name, tier } = environment.policy
  await unit
    .insertInto('environment')
    .values({
      project: environment.project,
      name,
      tier,
      position: environment.position,
      policy: json(environment.policy),
      site: environment.site,
      port: environment.port,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['project', 'name'])
        .doUpdateSet({ tier, position: environment.position, policy: json(environment.policy) }),
    )
    .execute()
}

export async function setEnvironmentPort(
  db: Database | Unit,
  project: string,
  name: string,
  port: number,
): Promise<void> {
  await db.updateTable('environment').set({ port }).where('project', '=', project).where('name', '=', name).execute()
}

export async function setEnvironmentDatabase(
  db: Database | Unit,
  project: string,
  name: string,
  database: { name: string; role: string; password: string },
): Promise<void> {
  await db
    .updateTable('environment')
    .set({ database_name: database.name, database_role: database.role, database_password: database.password })
    .where('project', '=', project)
    .where('name', '=', name)
    .execute()
}

/** What the router was last told to be this environment's table. */
export async function setGeneration(
  db: Database | Unit,
  project: string,
  name: string,
  generation: number,
): Promise<void> {
  await db
    .updateTable('environment')
    .set({ generation })
    .where('project', '=', project)
    .where('name', '=', name)
    .where('generation', '<', generation)
    .execute()
}

/** The release that serves there from now on; `null`: nothing does. */
export async function setServing(
  unit: Unit,
  project: string,
  name: string,
  serving: { releaseId: string; instanceId: string; sinceMs: number } | null,
): Promise<void> {
  await unit
    .updateTable('environment')
    .set({
      release_id: serving?.releaseId ?? null,
      instance_id: serving?.instanceId ?? null,
      since: serving ? new Date(serving.sinceMs) : null,
    })
    .where('project', '=', project)
    .where('name', '=', name)
    .execute()
}
