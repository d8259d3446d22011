import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Database } from './database.ts'

/** A database and a role of an environment's own. */
export interface ServiceDatabase {
  name: string
  role: string
  password: string
}

const identifierBytesMax = 63

/**
 * Name of an environment's database and role: unique, as neither part holds a dot, and never one that a person chose.
 * Longer ones than PostgreSQL keeps (63 bytes) end with a digest instead.
 */
export function serviceDatabaseName(project: string, environment: string): string {
  const name = `sluice.${project}.${environment}`
  if (name.length <= identifierBytesMax) return name
  return `${name.slice(0, 45)}.${createHash('sha256').update(name).digest('hex').slice(0, 16)}`
}

/**
 * Makes the database and the role where they are missing and gives the role its password; safe to repeat, also at
 * once. The role owns its database, may not make others or roles, and nobody but it (and the superuser) may connect
 * there. Sluice's own database is closed to it by `openDatabase`.
 */
export async function ensureServiceDatabase(db: Database, database: ServiceDatabase): Promise<void> {
  await db.connection().execute(async (connection) => {
    // For the session, not for a transaction: a database cannot be made inside one.
    await sql`select pg_advisory_lock(${serviceDatabaseLock})`.execute(connection)
    try {
      await ensureRole(connection, database)
      await ensureDatabase(connection, database)
    } finally {
      await sql`select pg_advisory_unlock(${serviceDatabaseLock})`.execute(connection)
    }
  })
}

/** Any number that nothing else on this server uses. */
const serviceDatabaseLock = 7_102_026_001

/**
 * A new role has no right but to log in: PostgreSQL's defaults, which are left unsaid since only a superuser may say
 * some of them, and Sluice's own role need not be one. It inherits (the default too): owning its database gives it the
 * schema `public` by way of `pg_database_owner` (PostgreSQL 15).
 */
async function ensureRole(db: Database, { role, password }: ServiceDatabase): Promise<void> {
  const found = await sql`select 1 from pg_roles where rolname = ${role}`.execute(db)
  const secret = sql.lit(verifierOf(password))
  if (found.rows.length > 0) {
    await sql`alter role ${sql.id(role)} password ${secret}`.execute(db)
    return
  }
  await sql`create role ${sql.id(role)} login connection limit 40 password ${secret}`.execute(db)
}

/**
 * From `template0`: nobody can be connected to that one, which would keep it from being copied. Who gives a database
 * to a role must be a member of it, unless a superuser.
 */
async function ensureDatabase(db: Database, { name, role }: ServiceDatabase): Promise<void> {
  const found = await sql`select 1 from pg_database where datname = ${name}`.execute(db)
  if (found.rows.length === 0) {
    await sql`grant ${sql.id(role)} to current_user`.execute(db)
    await sql`create database ${sql.id(name)} owner ${sql.id(role)} template template0`.execute(db)
  }
  await sql`revoke all on database ${sql.id(name)} from public`.execute(db)
}

/**
 * What PostgreSQL keeps of a password (RFC 5803, RFC 7677), made here so that a failing statement never writes the
 * password itself to the log of PostgreSQL.
 */
function verifierOf(password: string): string {
  const iterations = 4096
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256')
  const key = (name: string): Buffer => createHmac('sha256', salted).update(name).digest()
  const stored = createHash('sha256').update(key('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${key('Server Key').toString('base64')}`
}
