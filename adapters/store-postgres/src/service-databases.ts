import { sql } from 'kysely'
import type { Database } from './database.ts'

/** A database and a role of an environment's own. */
export interface ServiceDatabase {
  name: string
  role: string
  password: string
}

/**
 * Makes the database and the role where they are missing and gives the role its password; safe to repeat. The role owns
 * its database, may not make others, and nobody but it (and the superuser) may connect there. Sluice's own database is
 * closed to it.
 */
export async function ensureServiceDatabase(
  db: Database,
  database: ServiceDatabase,
  sluiceDatabase: string,
): Promise<void> {
  const role = sql.id(database.role)
  const name = sql.id(database.name)
  const password = sql.lit(database.password)
  const found = await sql`select 1 from pg_roles where rolname = ${database.role}`.execute(db)
  const verb = sql.raw(found.rows.length === 0 ? 'create' : 'alter')
  await sql`${verb} role ${role} login nosuperuser nocreatedb nocreaterole noinherit connection limit 40 password ${password}`.execute(
    db,
  )
  const made = await sql`select 1 from pg_database where datname = ${database.name}`.execute(db)
  if (made.rows.length === 0) await sql`create database ${name} owner ${role}`.execute(db)
  await sql`revoke all on database ${name} from public`.execute(db)
  await sql`revoke all on database ${sql.id(sluiceDatabase)} from public`.execute(db)
}
