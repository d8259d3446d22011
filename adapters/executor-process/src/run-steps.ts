import {
  sectionEnd,
  sectionStart,
  type OnOutput,
  type RunningStep,
  type Step,
  type StepEnd,
  type Workspace,
} from '@sluice/execution'
import type { Clock } from '@sluice/kernel'

/** GitLab's reasons that an executor can give. */
export type FailureReason =
  | 'script_failure'
  | 'job_execution_timeout'
  | 'runner_system_failure'
  /** What the job wants is missing here, so that it did not begin. */
  | 'unmet_prerequisites'

/** How the steps of a job ended. `exitCode` is the script's; `isDiskFull`: the workspace's disk had no room meanwhile. */
export type StepsResult =
  | { state: 'success' }
  | { state: 'failed'; reason: FailureReason; exitCode: number | null; message: string; isDiskFull?: boolean }
  | { state: 'canceled' }

/** A job that ran out of time hands in no archive, whatever its `artifacts:when` (GitLab's `artifacts:when`). */
export function isTimeout(result: StepsResult): boolean {
  return result.state === 'failed' && result.reason === 'job_execution_timeout'
}

export interface StepsRequest {
  workspace: Workspace
  steps: readonly Step[]
  onOutput: OnOutput
  clock: Clock
  /** Aborted: the script is stopped, and `after_script` still runs, as in GitLab. */
  signal: AbortSignal
  /** Between SIGTERM and SIGKILL. Default 10 s. */
  graceMs?: number
}

const headers: Record<Step['name'], string> = {
  pre_get_sources_script: 'Running pre_get_sources_script',
  script: 'Executing "step_script" stage of the job script',
  after_script: 'Running after_script',
}
const sections: Record<Step['name'], string> = {
  pre_get_sources_script: 'pre_get_sources_script',
  script: 'step_script',
  after_script: 'after_script',
}

/** Runs the steps in order, each under its condition, with section markers in the log. */
export async function runSteps(request: StepsRequest): Promise<StepsResult> {
  let result: StepsResult = { state: 'success' }
  for (const step of request.steps) {
    if (!isDue(step, result)) continue
    const end = await runStep(request, step, result)
    if (!step.allowFailure && result.state === 'success') result = resultOf(step, end)
    else if (end.outcome !== 'success')
      await say(request, `WARNING: ${step.name} ended with ${outcomeText(end)}; the job's result stays as it is\n`)
  }
  return result
}

/** `after_script` runs after a script that failed or was canceled, not after any other fault (GitLab's `after_script`). */
function isDue({ name, when }: Step, result: StepsResult): boolean {
  if (name === 'after_script' && result.state === 'failed' && result.reason !== 'script_failure') return false
  return when === 'always' || (when === 'on_success') === (result.state === 'success')
}

const say = async ({ onOutput }: StepsRequest, text: string): Promise<void> => onOutput(Buffer.from(text))

async function runStep(request: StepsRequest, step: Step, before: StepsResult): Promise<StepEnd> {
  const { workspace, onOutput, clock, signal, graceMs = 10_000 } = request
  await say(request, sectionStart(sections[step.name], headers[step.name], clock.now()))
  const isAfter = step.name === 'after_script'
  const running = workspace.start(step, onOutput, { CI_JOB_STATUS: isAfter ? before.state : 'running' })
  const end = isAfter ? await running.ended : await stopOnAbort(running, signal, graceMs)
  await say(request, sectionEnd(sections[step.name], clock.now()))
  return end
}

async function stopOnAbort(running: RunningStep, signal: AbortSignal, graceMs: number): Promise<StepEnd> {
  const stop = (): void => running.stop(graceMs)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop)
  try {
    return await running.ended
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function resultOf(step: Step, end: StepEnd): StepsResult {
  if (end.outcome === 'success') return { state: 'success' }
  if (end.outcome === 'stopped') return { state: 'canceled' }
  const message = outcomeText(end)
  if (end.outcome === 'failed') return { state: 'failed', reason: 'script_failure', exitCode: end.exitCode, message }
  if (end.outcome === 'system-failure')
    return { state: 'failed', reason: 'runner_system_failure', exitCode: null, message }
  const limit = `execution took longer than ${step.timeoutMs / 1000} seconds`
  return { state: 'failed', reason: 'job_execution_timeout', exitCode: null, message: limit }
}

function outcomeText(end: StepEnd): string {
  if (end.outcome === 'failed') return `exit code ${end.exitCode}`
  return end.outcome === 'system-failure' ? end.message : end.outcome
}
