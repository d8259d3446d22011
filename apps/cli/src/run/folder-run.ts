import type { Plan } from '@sluice/contracts/plan'
import type { Policy } from '@sluice/contracts/policy'
import type { Isolation } from '@sluice/execution'
import type { Clock } from '@sluice/kernel'
import type { LastJob, LastJobs } from './last-jobs.ts'
import type { ExecutorChoice } from './executor-choice.ts'
import type { LocalFolder } from './local-folder.ts'
import type { RunView } from './run-view.ts'
import type { Sources } from './take-snapshot.ts'

/** What is wanted of a run in a folder. */
export interface FolderRun {
  local: LocalFolder
  /** Whose content is run. */
  sources: Sources
  executor: ExecutorChoice
  /** Closed with the run. */
  isolation: Isolation
  /** What is to be run: the plan, or the part of it that was asked for. */
  plan: Plan
  /** All of it: it says whose artifacts a job receives. */
  whole: Plan
  policy: Policy
  /** Names of the variables that the command line gives: they win over dotenv reports. */
  given: ReadonlySet<string>
  /** Gates that stand on the way. */
  gates: Policy['gates']
  concurrency: number
  clock: Clock
  signal: AbortSignal
  view: RunView
  runId: string
  /** Counts the runs of the folder from 1. */
  number: number
  /** Manual jobs of the plan that run, as somebody asked for them. */
  startedByHand: ReadonlySet<string>
  /** Jobs that are not run again, from the last run; what they made is still there. */
  kept: ReadonlyMap<string, LastJob>
  /** What the last run left; `null` for one that begins anew. */
  before: LastJobs | null
}
