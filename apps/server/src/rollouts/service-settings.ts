import { randomBytes } from 'node:crypto'
import type { EnvironmentPolicy } from '@sluice/contracts/policy'
import type { ServiceSettings } from '@sluice/rollout'
import {
  ensureServiceDatabase,
  setEnvironmentDatabase,
  type Database,
  type EnvironmentRow,
  type ServiceDatabase,
} from '@sluice/store-postgres'

/** The environment's own database and role, made at its first deployment; `null` where the policy wants none. */
export async function ensureDatabase(
  db: Database,
  sluiceUrl: string,
  environment: EnvironmentRow,
  policy: EnvironmentPolicy,
): Promise<ServiceDatabase | null> {
  if (!policy.target.database) return null
  const known = databaseOf(environment)
  const name = `${environment.project}_${environment.name}`.replaceAll('-', '_')
  const database = known ?? { name, role: name, password: randomBytes(24).toString('base64url') }
  if (known === null) await setEnvironmentDatabase(db, environment.project, environment.name, database)
  await ensureServiceDatabase(db, database, databaseNameOf(sluiceUrl))
  return database
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

/** The same server as Sluice's own, another database, another role. */
function urlOf(sluiceUrl: string, database: ServiceDatabase): string {
  const { host, search } = partsOf(sluiceUrl)
  return `postgres://${database.role}:${database.password}@${host}/${database.name}${search}`
}

const databaseNameOf = (sluiceUrl: string): string => partsOf(sluiceUrl).name

/** PostgreSQL URLs may have an empty host (`postgres://user@/name?host=/socket`), which `URL` does not read. */
function partsOf(url: string): { host: string; name: string; search: string } {
  const read = /^postgres(?:ql)?:\/\/(?:[^@/]*@)?([^/?]*)\/([^?]*)(\?.*)?$/.exec(url)
  return { host: read?.[1] ?? '', name: decodeURIComponent(read?.[2] ?? ''), search: read?.[3] ?? '' }
}
