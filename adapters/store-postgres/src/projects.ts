import type { EnvironmentPolicy } from '@sluice/contracts/policy'
import { SluiceError } from '@sluice/kernel'
import { sql, type Selectable } from 'kysely'
import { json, type Database, type Unit } from './database.ts'
import type { Schema } from './schema.ts'
import type { ServiceDatabase } from './service-databases.ts'

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

export interface NewEnvironment {
  project: string
  name: string
  tier: string
  /** Place in the order of promotion. */
  position: number
  site: string
  /** A new environment gets the lowest port from here on that no other has; 0 lets the router choose. */
  firstPort: number
}

/** Makes the environment, or moves it in the order of promotion; its port and what runs there stay. */
export async function upsertEnvironment(unit: Unit, environment: NewEnvironment): Promise<void> {
  const { project, name, tier, position, site, firstPort } = environment
  // Held to the end of the transaction, so that no two environments are given one port.
  await sql`select pg_advisory_xact_lock(${portsLock})`.execute(unit)
  await unit
    .insertInto('environment')
    .values({ project, name, tier, position, site, port: await freePort(unit, firstPort) })
    .onConflict((conflict) => conflict.columns(['project', 'name']).doUpdateSet({ tier, position }))
    .execute()
}

/** Any number that nothing else in this database uses. */
const portsLock = 7_102_026_003

const lastPort = 65_535

async function freePort(unit: Unit, first: number): Promise<number> {
  if (first === 0) return 0
  const rows = await unit.selectFrom('environment').select('port').where('port', '>=', first).execute()
  const taken = new Set(rows.map(({ port }) => port))
  let port = first
  while (taken.has(port)) port++
  if (port <= lastPort) return port
  throw new SluiceError(
    'STORE_PORTS_TAKEN',
    `Cannot give the environment a port: all from ${first} to ${lastPort} are those of others`,
    { status: 409 },
  )
}

/** The environment under its row lock, as everyone takes it who changes what serves there. */
export async function lockEnvironment(unit: Unit, project: string, name: string): Promise<EnvironmentRow | null> {
  return (
    (await unit
      .selectFrom('environment')
      .selectAll()
      .where('project', '=', project)
      .where('name', '=', name)
      .forNoKeyUpdate()
      .executeTakeFirst()) ?? null
  )
}

export async function setEnvironmentPort(
  db: Database | Unit,
  project: string,
  name: string,
  port: number,
): Promise<void> {
  await db.updateTable('environment').set({ port }).where('project', '=', project).where('name', '=', name).execute()
}

/**
 * Gives the environment a database, unless it has one: of two that do so at once, both get the first one's.
 * @returns the one that it has
 */
export async function chooseEnvironmentDatabase(
  db: Database | Unit,
  project: string,
  name: string,
  offered: ServiceDatabase,
): Promise<ServiceDatabase> {
  const chosen = await db
    .updateTable('environment')
    .set({
      database_name: sql`coalesce(database_name, ${offered.name})`,
      database_role: sql`coalesce(database_role, ${offered.role})`,
      database_password: sql`coalesce(database_password, ${offered.password})`,
    })
    .where('project', '=', project)
    .where('name', '=', name)
    .returning(['database_name', 'database_role', 'database_password'])
    .executeTakeFirstOrThrow()
  return {
    name: chosen.database_name ?? offered.name,
    role: chosen.database_role ?? offered.role,
    password: chosen.database_password ?? offered.password,
  }
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

export interface Serving {
  releaseId: string
  instanceId: string
  /** The policy that it was deployed with. */
  policy: EnvironmentPolicy
  sinceMs: number
}

/** The release that serves there from now on. */
export async function setServing(unit: Unit, project: string, name: string, serving: Serving): Promise<void> {
  await unit
    .updateTable('environment')
    .set({
      release_id: serving.releaseId,
      instance_id: serving.instanceId,
      serving_policy: json(serving.policy),
      since: new Date(serving.sinceMs),
    })
    .where('project', '=', project)
    .where('name', '=', name)
    .execute()
}

/** Nothing serves there from now on; port and database stay. */
export async function clearServing(unit: Unit, project: string, name: string): Promise<void> {
  await unit
    .updateTable('environment')
    .set({ release_id: null, instance_id: null, serving_policy: null, since: null })
    .where('project', '=', project)
    .where('name', '=', name)
    .execute()
}

/** What serves there runs as another instance from now on. */
export async function setServingInstance(unit: Unit, project: string, name: string, instanceId: string): Promise<void> {
  await unit
    .updateTable('environment')
    .set({ instance_id: instanceId })
    .where('project', '=', project)
    .where('name', '=', name)
    .execute()
}
