import type { RetryReason } from '@sluice/contracts/plan'
import type { RunJob } from './run-state.ts'

/**
 * Whether a failed attempt is tried again, and why, in words; `null` for no.
 * GitLab, CI/CD YAML reference, `retry`: at most `max` more attempts; `when` and `exit_codes` each admit a failure.
 */
export function retryOf(
  job: RunJob,
  end: { outcome: string; reason: RetryReason | null; exitCode: number | null },
): string | null {
  if (end.outcome !== 'failed' || job.attempt > job.retry.max) return null
  const reason = end.reason ?? 'unknown_failure'
  const byReason =
    job.retry.when.length === 0
      ? job.retry.exitCodes.length === 0
      : job.retry.when.some((when) => when === 'always' || when === reason)
  const byExitCode = end.exitCode !== null && job.retry.exitCodes.includes(end.exitCode)
  if (!byReason && !byExitCode) return null
  return `tried again after ${reason}: attempt ${job.attempt} of ${job.retry.max + 1} failed`
}
