import type pg from 'pg'

import { requiredSchemaVersion } from './migrations.ts'

/** Whether the database answers and has at least the schema that this release needs. */
export async function isReady(pool: pg.Pool): Promise<boolean> {
  try {
    const { rows } = await pool.query<{ version: number | null }>(
      'select max(version) as version from schema_migrations',
    )
    return (rows[0]?.version ?? 0) >= requiredSchemaVersion
  } catch {
    return false
  }
}
