import { randomBytes } from 'node:crypto'
import type { EnvironmentPolicy } from '@sluice/contracts/policy'
import type { ServiceSettings } from '@sluice/rollout'
import {
  chooseEnvironmentDatabase,
  ensureServiceDatabase,
  serviceDatabaseName,
  type Database,
  type EnvironmentRow,
  type ServiceDatabase,
} from '@sluice/store-postgres'

/** Makes the environment's own database and role, at its first deployment, where the policy wants one. */
export async function ensureDatabase(
  db: Database,
  environment: EnvironmentRow,
  policy: EnvironmentPolicy,
): Promise<void> {
  if (!policy.target.database) return
  const name = serviceDatabaseName(environment.project, environment.name)
  const offered = { name, role: name, password: randomBytes(24).toString('base64url') }
  const database =
    databaseOf(environment) ?? (await chooseEnvironmentDatabase(db, environment.project, environment.name, offered))
  await ensureServiceDatabase(db, database)
}

/** How the environment's services are run, with what only they may know. */
export function settingsOf(environment: EnvironmentRow, policy: EnvironmentPolicy, sluiceUrl: string): ServiceSettings {
  const database = policy.target.database ? databaseOf(environment) : null
  return {
    environment: environment.name,
    policy: policy.target,
    secrets: database === null ? {} : { DATABASE_URL: urlOf(sluiceUrl, database) },
  }
}

function databaseOf(environment: EnvironmentRow): ServiceDatabase | null {
  const { database_name: name, database_role: role, database_password: password } = environment
  return name === null || role === null || password === null ? null : { name, role, password }
}

/**
 * The same server as Sluice's own, another database, another role. PostgreSQL URLs may have an empty host
 * (`postgres://user@/name?host=/socket`), which `URL` does not read.
 */
export function urlOf(sluiceUrl: string, { name, role, password }: ServiceDatabase): string {
  const read = /^postgres(?:ql)?:\/\/(?:[^@/]*@)?([^/?]*)\/[^?]*(\?.*)?$/.exec(sluiceUrl)
  return `postgres://${role}:${password}@${read?.[1] ?? ''}/${name}${read?.[2] ?? ''}`
}
