import type { RunCommand, RunJob } from './run-state.ts'

/** Who is asked to begin the attempt of a job whose turn it is: a runner, or who makes children. */
export function turnCommand(job: RunJob): RunCommand {
  const attempt = { job: job.name, attempt: job.attempt }
  if (job.child === undefined) {
    job.reason = 'waits for a runner'
    return { kind: 'offer-job', ...attempt }
  }
  job.reason = 'waits for its child to be created'
  job.child = { strategy: job.child.strategy, status: 'none', runId: null }
  return { kind: 'begin-child', ...attempt }
}
