import type { Migration } from 'kysely/migration'
import * as first from './0001-first.ts'

/** Every migration, in order of name. Forward only: a released one never changes. */
export const migrations: Record<string, Migration> = { '0001-first': first }
