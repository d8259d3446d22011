import { hasEnded, hasFailed, isBad } from './job-end.ts'
import type { RunJob } from './run-state.ts'

/**
 * How far the stages have come while one step gives turns: as no job begins anew meanwhile, each is looked at once, and
 * a step over many jobs stays linear.
 */
export class StageProgress {
  readonly #jobs: RunJob[]
  readonly #bad: RunJob | undefined
  readonly #failed: RunJob | undefined
  #ended = 0

  constructor(jobs: RunJob[]) {
    this.#jobs = jobs.toSorted((a, b) => a.stageIndex - b.stageIndex)
    this.#bad = this.#jobs.find(isBad)
    this.#failed = this.#jobs.find(hasFailed)
  }

  /** The first job of an earlier stage that has not ended. */
  openBefore(stageIndex: number): RunJob | undefined {
    while (hasEndedAt(this.#jobs, this.#ended)) this.#ended++
    return before(stageIndex, this.#jobs[this.#ended])
  }

  /** The first job of an earlier stage that failed or was canceled, and so keeps what comes after it from running. */
  badBefore(stageIndex: number): RunJob | undefined {
    return before(stageIndex, this.#bad)
  }

  /** The first job of an earlier stage that failed. */
  failedBefore(stageIndex: number): RunJob | undefined {
    return before(stageIndex, this.#failed)
  }
}

const before = (stageIndex: number, job: RunJob | undefined): RunJob | undefined =>
  job !== undefined && job.stageIndex < stageIndex ? job : undefined

function hasEndedAt(jobs: RunJob[], index: number): boolean {
  const job = jobs[index]
  return job !== undefined && hasEnded(job)
}
