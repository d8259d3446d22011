import type { RunJob, RunState } from './run-state.ts'

/** A job of the run by its name, which may be that of a member of every object, such as `constructor`. */
export function ownJob(jobs: RunState['jobs'], name: string): RunJob | undefined {
  return Object.hasOwn(jobs, name) ? jobs[name] : undefined
}
