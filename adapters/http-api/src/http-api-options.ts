import type { ApiHandlers, ChangeFeed, GitReads, RunnerCalls, SessionKeeper } from './ports.ts'

/** What the doors are opened with. */
export interface HttpApiOptions {
  handlers: ApiHandlers
  sessions: SessionKeeper
  feed: ChangeFeed
  runner: RunnerCalls
  git: GitReads
  /** Folder of the built console; without one only the API is served. */
  consoleFolder: string | null
  /** Id of the person who owns the data folder; callers of the local socket act as them. */
  localPerson: string
  log: (message: string, details: object) => void
}
