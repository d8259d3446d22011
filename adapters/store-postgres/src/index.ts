export * from './access.ts'
export * from './artifacts.ts'
export * from './attempts.ts'
export { openDatabase, type Database, type OpenDatabase, type Unit } from './database.ts'
export * from './deployments.ts'
export { errors } from './errors.ts'
export { holdAlone, type HoldOptions } from './hold-alone.ts'
export * from './evidence.ts'
export { askFor, prepareJobs, startJobs } from './jobs.ts'
export { LogListener } from './listener.ts'
export {
  announce,
  appendEntry,
  listAnnouncements,
  newestSeq,
  readLog,
  type Announcement,
  type EntryContext,
} from './log.ts'
export { PostgresJournal, type FollowStep } from './postgres-journal.ts'
export * from './projects.ts'
export * from './resource-groups.ts'
export * from './run-tree.ts'
export * from './runs.ts'
export { ensureServiceDatabase, serviceDatabaseName, type ServiceDatabase } from './service-databases.ts'
