export { freshDatabase, preferSpeed, type FreshDatabase } from './fresh-database.ts'
export type { ProvidedPostgres } from './provided-postgres.ts'
export { beginDeployment, digest, makeEnvironment, makeProject, makeRelease, makeRun } from './sample-rows.ts'
