import type { PlanJob, PlanRunStep } from '@sluice/contracts/plan'

/** A shell script to run in the workspace. All lines run in one shell. */
export interface Step {
  name: 'pre_get_sources_script' | 'script' | 'after_script'
  script: string[]
  timeoutMs: number
  when: 'on_success' | 'on_failure' | 'always'
  /** A failure of this step does not fail the job. */
  allowFailure: boolean
}

/** A step that the runner is told of as such. */
export interface ScriptStep extends Step {
  name: 'script' | 'after_script'
}

/** GitLab's limit for `after_script` (`RUNNER_AFTER_SCRIPT_TIMEOUT`). */
export const afterScriptTimeoutMs = 300_000

/**
 * The steps of a planned job as GitLab cuts them: `before_script` and `script` share a shell; `after_script` has one of
 * its own, runs whatever happened, and does not change the result. The steps of `run` are the script, each in a shell of
 * its own.
 */
export function stepsOf(
  job: Pick<PlanJob, 'beforeScript' | 'script' | 'afterScript' | 'timeoutMs' | 'run'>,
): ScriptStep[] {
  const script: ScriptStep = {
    name: 'script',
    script: [...job.beforeScript, ...job.script, ...(job.run ?? []).map(lineOf)],
    timeoutMs: job.timeoutMs,
    when: 'on_success',
    allowFailure: false,
  }
  if (job.afterScript.length === 0) return [script]
  const afterScript: ScriptStep = {
    name: 'after_script',
    script: [...job.afterScript],
    timeoutMs: afterScriptTimeoutMs,
    when: 'always',
    allowFailure: true,
  }
  return [script, afterScript]
}

/** What runs before the sources are there (GitLab's `hooks:pre_get_sources_script`); `null` where there is nothing. */
export function preGetSourcesStep(script: readonly string[], timeoutMs: number): Step | null {
  if (script.length === 0) return null
  return { name: 'pre_get_sources_script', script: [...script], timeoutMs, when: 'on_success', allowFailure: false }
}

/** A step of `run` as one command: a subshell with the step's variables. Its first line is what the log shows. */
function lineOf({ name, script, env }: PlanRunStep): string {
  const variables = Object.entries(env).map(([key, value]) => `export ${key}=${shellQuote(value)}`)
  const title = `: step ${shellQuote(name.replaceAll(/\s+/g, ' '))}`
  return [title, '(', ...variables, ...script, ')'].join('\n')
}

const shellQuote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
