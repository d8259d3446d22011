import type { Plan } from '@sluice/contracts/plan'
import type { Policy } from '@sluice/contracts/policy'
import type { Isolation } from '@sluice/execution'
import type { Clock } from '@sluice/kernel'
import type { CompileRequest } from '@sluice/pipeline'
import type { CompileChild } from './compile-child.ts'
import type { JobRoom } from './job-room.ts'
import type { LastJob, LastJobs } from './last-jobs.ts'
import type { ExecutorChoice } from './executor-choice.ts'
import type { LocalResourceGroups } from './local-resource-groups.ts'
import type { LocalFolder } from './local-folder.ts'
import type { RunView } from './run-view.ts'
import type { Selection } from './selection.ts'
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
  /** What the plan was compiled for. */
  request: CompileRequest
  compileChild: CompileChild
  /** All of it: it says whose artifacts a job receives. */
  whole: Plan
  policy: Policy
  /** Names of the variables that the command line gives: they win over dotenv reports. */
  given: ReadonlySet<string>
  /** Gates that stand on the way. */
  gates: Policy['gates']
  room: JobRoom
  groups: LocalResourceGroups
  clock: Clock
  signal: AbortSignal
  view: RunView
  runId: string
  /** Counts the runs of the folder from 1. */
  number: number
  /** Manual jobs of the plan that run, as somebody asked for them. */
  startedByHand: ReadonlySet<string>
  /** Which jobs of their children are wanted, by the job that begins the child; all, where nothing is said. */
  selections: ReadonlyMap<string, Selection>
  /** Jobs that are not run again, from the last run; what they made is still there. */
  kept: ReadonlyMap<string, LastJob>
  /** Whether it runs again what failed, in its children too. */
  isContinued: boolean
  /** What the last run left; `null` for one that begins anew. */
  before: Pick<LastJobs, 'jobs' | 'evidence' | 'refused'> | null
}
