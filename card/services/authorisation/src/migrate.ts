import { applyMigrations } from './database/apply-migrations.ts'
import { migrations } from './database/migrations.ts'
import { processLog } from './log.ts'
import { readSettings } from './settings.ts'

/** Brings the database to the schema of this release, then exits: 0 when it is there. */
async function main(): Promise<void> {
  const applied = await applyMigrations(readSettings(process.env).databaseUrl, migrations)
  processLog('migrated', { applied: applied.length, version: migrations.length })
}

main().catch((error: unknown) => {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : ''
  processLog('migration-failed', { fault: `${error instanceof Error ? error.message : String(error)}${cause}` })
  process.exitCode = 1
})
