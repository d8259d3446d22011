import type { JobInputValue } from './job-options.ts'
import type { Plan, PlanVariable, SourcePosition } from './plan.ts'

/** `trigger:` of a job: the pipeline that begins in place of a script. */
export interface PlanDownstream {
  /**
   * What the job waits for: `depend` and `mirror` for the end of the other pipeline, which becomes its own; one whose jobs
   * were all left out fails the first and skips the second. Absent: the job ends as soon as the other pipeline exists.
   */
  strategy?: 'depend' | 'mirror'
  /** Whether variables that are only known when the job begins, of the start and of dotenv reports, go with it. */
  forwardsPipelineVariables: boolean
  /** Variables for the other pipeline, where they win over all that its files say. */
  variables: PlanVariable[]
  target: DownstreamTarget
}

/** Which pipeline a trigger job begins. */
export type DownstreamTarget = ChildTarget | ProjectTarget

/** A child: a pipeline of the same commit, from other files. */
export interface ChildTarget {
  kind: 'child'
  /** `trigger:include` as it is written, inputs filled in: a text, a map, or a list of them. */
  include: unknown
  /** Where it is written. */
  place: SourcePosition
  /** The child as it would be planned now; absent where that cannot be told yet, or where there can be none. */
  plan?: Plan
  /** Why there is no plan yet, the rest of a sentence: `its child is <unknown>`. */
  unknown?: string
  /** Why it cannot be created, the rest of a sentence: `its child cannot be created: <refused>`. */
  refused?: string
}

/** The pipeline of another project. */
export interface ProjectTarget {
  kind: 'project'
  /** Its full path, `group/project`. */
  project: string
  /** Absent: its default branch. */
  branch?: string
  inputs?: Record<string, JobInputValue>
}

/** `needs:pipeline` with `job`: what a job takes from a pipeline above it, or beside it. */
export interface PlanUpstreamNeed {
  /** The run's id, or a reference to a variable that holds it. */
  pipeline: string
  job: string
}
