import type { RetryReason } from '@sluice/contracts/plan'
import type { JobUpdate } from '@sluice/contracts/runner'
import type { Clock } from '@sluice/kernel'
import {
  endAttempt,
  findRun,
  type AttemptEnd,
  type AttemptRow,
  type Database,
  type PostgresJournal,
} from '@sluice/store-postgres'
import type { RecordEvidence } from './record-evidence.ts'

/** What is told of an attempt's end. `isDiskFull`: the disk that it ran on had no room meanwhile. */
export interface ToldEnd extends AttemptEnd {
  isDiskFull?: boolean
}

/**
 * Ends an attempt: reads the reports that it handed in, then keeps evidence, the end and all that follows in one
 * transaction. The runner asks again when it got no answer; the second time the attempt has ended and nothing changes.
 */
export function finishAttemptWith(parts: {
  db: Database
  journal: PostgresJournal
  clock: Clock
  evidence: RecordEvidence
}) {
  const { db, journal, clock, evidence } = parts

  return async (attempt: AttemptRow, end: ToldEnd): Promise<void> => {
    const run = await findRun(db, attempt.run_id)
    if (run === null) return
    const readings = await evidence.read(run, attempt)
    await db.transaction().execute(async (unit) => {
      await journal.lockIn(unit, attempt.run_id)
      const ended = await endAttempt(unit, attempt.id, end, clock.now())
      if (ended === null) return
      await evidence.keep(unit, run, readings)
      const { status: outcome, reason, exitCode } = ended
      const disk = outcome === 'failed' && end.isDiskFull === true ? { isDiskFull: true } : {}
      const payload = { job: attempt.job, attempt: attempt.number, outcome, reason, exitCode, ...disk }
      await journal.stepIn(unit, run.id, { kind: 'job.finished', payload }, clock.now())
    })
  }
}

const reasons: Record<NonNullable<JobUpdate['failure_reason']>, RetryReason> = {
  script_failure: 'script_failure',
  runner_system_failure: 'runner_system_failure',
  job_execution_timeout: 'job_execution_timeout',
  runner_unsupported: 'runner_unsupported',
  image_pull_failure: 'runner_system_failure',
  unknown_failure: 'unknown_failure',
  configuration_error: 'unmet_prerequisites',
}

/** What a runner's last update says, in the engine's words. */
export function endOf(update: JobUpdate): ToldEnd {
  if (update.state === 'success') return { status: 'success', exitCode: 0, reason: null }
  const reason = reasons[update.failure_reason ?? 'unknown_failure']
  const disk = update.sluice_disk_full === true ? { isDiskFull: true } : {}
  return { status: 'failed', exitCode: update.exit_code ?? null, reason, ...disk }
}
