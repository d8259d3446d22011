import { Kysely, PostgresDialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import pg from 'pg'
import { openDatabase, type OpenDatabase } from '../src/database.ts'
import { migrations } from '../src/migrations/index.ts'
import { freshDatabase } from './fresh-database.ts'

/**
 * A database as an older version left it, opened by this one, which brings it up to date.
 * @param url one of a superuser, see `freshDatabase`
 * @param newest name of the last migration that the older version had
 * @param fill writes the rows of then
 */
export async function migratedDatabase(
  url: string,
  newest: string,
  fill: (db: Kysely<unknown>) => Promise<void>,
): Promise<OpenDatabase> {
  const fresh = await freshDatabase(url)
  const db = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: fresh.url }) }),
  })
  const { error } = await new Migrator({ db, provider: { getMigrations: async () => migrations } }).migrateTo(newest)
  if (error !== undefined) throw error
  await fill(db)
  await db.destroy()
  const open = await openDatabase(fresh.url)
  const close = async (): Promise<void> => {
    await open.close()
    await fresh.drop()
  }
  return { ...open, close }
}
