import type { PlanJob } from '@sluice/contracts/plan'

/** A shell script to run in the workspace. All lines run in one shell. */
export interface Step {
  name: 'script' | 'after_script'
  script: string[]
  timeoutMs: number
  when: 'on_success' | 'on_failure' | 'always'
  /** A failure of this step does not fail the job. */
  allowFailure: boolean
}

/** GitLab's limit for `after_script` (`RUNNER_AFTER_SCRIPT_TIMEOUT`). */
export const afterScriptTimeoutMs = 300_000

/**
 * The steps of a planned job as GitLab cuts them: `before_script` and `script` share a shell; `after_script` has one of
 * its own, runs whatever happened, and does not change the result.
 */
export function stepsOf(job: Pick<PlanJob, 'beforeScript' | 'script' | 'afterScript' | 'timeoutMs'>): Step[] {
  const script: Step = {
    name: 'script',
    script: [...job.beforeScript, ...job.script],
    timeoutMs: job.timeoutMs,
    when: 'on_success',
    allowFailure: false,
  }
  if (job.afterScript.length === 0) return [script]
  const afterScript: Step = {
    name: 'after_script',
    script: [...job.afterScript],
    timeoutMs: afterScriptTimeoutMs,
    when: 'always',
    allowFailure: true,
  }
  return [script, afterScript]
}
