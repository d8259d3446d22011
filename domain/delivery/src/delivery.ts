/**
 * The way of one change after its jobs: verdict → release → environments in order. A machine of the same form as the
 * engine's.
 *
 * Invariants:
 *  D1  Nothing is deployed before the run succeeded, and so before every gate opened.
 *  D2  One release, one digest: every environment gets the release that was made once.
 *  D3  An environment is begun only after the one before it was promoted; each at most once.
 *  D4  After a person asked to stop, no further environment is begun, nor the one whose turn it is: the host asks
 *      `mayBegin` under the lock under which it tells `deployment.begun`.
 *  D5  A finished delivery gives no commands; an event that does not fit changes nothing.
 *  D6  What keeps a deployment from beginning is in the sentence, and ends the delivery when it lasts.
 *  D7  What a later run brought to an environment is not replaced by what an earlier one brings.
 */
import type { DeploymentOutcome, RunStatus } from '@sluice/contracts/events'
import { unreachable } from '@sluice/kernel'

/** A text in both languages of the console. */
interface Sentence {
  en: string
  zh: string
}

export interface DeliveryState {
  version: 1
  runId: string
  status: 'waiting' | 'releasing' | 'delivering' | 'delivered' | 'stopped'
  environments: string[]
  /** Index of the environment under way. */
  current: number
  releaseId: string | null
  /** Whether the deployment to the environment under way was begun. */
  begun: boolean
  /** Since when that deployment could not begin, in milliseconds since 1970; `null`: nothing is known against it. */
  delayedSinceMs: number | null
  /** A person asked to stop: nothing further is begun, whatever the deployment under way comes to. */
  cancelRequested: boolean
  sentence: Sentence
}

export type DeliveryEvent =
  | {
      kind: 'run.finished'
      status: Exclude<RunStatus, 'running'>
      reason: string | null
      sentence: Sentence | null
    }
  | { kind: 'release.created'; releaseId: string; version: string }
  /** `reason`: whole sentences. */
  | { kind: 'release.refused'; reason: Sentence }
  /** Told in the transaction that begins it. */
  | { kind: 'deployment.begun'; environment: string }
  /** Another deployment is under way in the environment; this one waits for its end, however long. */
  | { kind: 'deployment.queued'; environment: string }
  /** What serves the environment is of a later run: two that were under way at once ended in the other order. */
  | { kind: 'deployment.outdated'; environment: string; byRunNumber: number }
  /** A try to begin it failed; it is tried again. `reason` without a full stop. */
  | { kind: 'deployment.delayed'; environment: string; reason: Sentence; atMs: number }
  | { kind: 'deployment.finished'; environment: string; outcome: DeploymentOutcome; sentence: Sentence }
  | { kind: 'cancel-requested' }

export type DeliveryCommand =
  | { kind: 'create-release' }
  | { kind: 'deploy'; environment: string; releaseId: string }
  /** The deployment under way goes back. */
  | { kind: 'cancel-deployment'; environment: string }
  | { kind: 'record-stop'; sentence: Sentence }

interface DeliveryStep {
  state: DeliveryState
  commands: DeliveryCommand[]
}

/** A delivery that waits for its run. `environments` in the order of promotion; empty: it ends with the release. */
export function startDelivery(runId: string, environments: string[]): DeliveryState {
  const sentence = { en: 'The jobs are running.', zh: '作业正在运行。' }
  return {
    version: 1,
    runId,
    status: 'waiting',
    environments,
    current: 0,
    releaseId: null,
    begun: false,
    delayedSinceMs: null,
    cancelRequested: false,
    sentence,
  }
}

/** A deployment that cannot begin for this long ends the delivery. */
const beginWithinMs = 120_000

/** Whether the deployment to this environment may begin now. */
export function mayBegin(state: DeliveryState, environment: string): boolean {
  return isUnderWay(state, environment) && !state.begun && !state.cancelRequested
}

const isUnderWay = (state: DeliveryState, environment: string): boolean =>
  state.status === 'delivering' && state.environments[state.current] === environment

/** One step; pure, total and deterministic. */
export function decideDelivery(state: DeliveryState, event: DeliveryEvent): DeliveryStep {
  if (state.status === 'delivered' || state.status === 'stopped') return { state, commands: [] }
  switch (event.kind) {
    case 'run.finished':
      return runFinished(state, event)
    case 'release.created':
      return released(state, event)
    case 'release.refused':
      return stop(state, {
        en: `Stopped: no release could be made. ${event.reason.en}`,
        zh: `已停止：无法生成发布版本。${event.reason.zh}`,
      })
    case 'deployment.begun':
      return begun(state, event.environment)
    case 'deployment.queued':
      return queued(state, event.environment)
    case 'deployment.outdated':
      return outdated(state, event)
    case 'deployment.delayed':
      return delayed(state, event)
    case 'deployment.finished':
      return deployed(state, event)
    case 'cancel-requested':
      return cancelRequested(state)
    default:
      return unreachable(event)
  }
}

function runFinished(state: DeliveryState, event: Extract<DeliveryEvent, { kind: 'run.finished' }>): DeliveryStep {
  if (state.status !== 'waiting') return { state, commands: [] }
  if (event.status !== 'success') {
    const why = event.reason ?? event.status
    return stop(state, event.sentence ?? { en: `Stopped before release: ${why}.`, zh: `发布前已停止：${why}。` })
  }
  const sentence = { en: 'The gates are open; the release is being made.', zh: '质量门禁已通过，正在生成发布版本。' }
  return { state: { ...state, status: 'releasing', sentence }, commands: [{ kind: 'create-release' }] }
}

function released(state: DeliveryState, event: Extract<DeliveryEvent, { kind: 'release.created' }>): DeliveryStep {
  if (state.status !== 'releasing') return { state, commands: [] }
  return begin({ ...state, status: 'delivering', releaseId: event.releaseId }, 0, event.releaseId)
}

function begin(state: DeliveryState, index: number, releaseId: string): DeliveryStep {
  const environment = state.environments[index]
  if (environment === undefined) {
    const last = state.environments.at(-1)
    const sentence = last
      ? { en: `Delivered: "${last}" runs the release.`, zh: `已交付：环境 ${last} 正在运行该版本。` }
      : { en: 'Released; the policy names no environment.', zh: '已生成发布版本；策略未定义环境。' }
    return { state: { ...state, status: 'delivered', current: index, sentence }, commands: [] }
  }
  const next = { ...state, current: index, begun: false, delayedSinceMs: null, sentence: onItsWay(environment) }
  return { state: next, commands: [{ kind: 'deploy', environment, releaseId }] }
}

const onItsWay = (environment: string): Sentence => ({
  en: `The release is on its way to "${environment}".`,
  zh: `版本正在部署到环境 ${environment}。`,
})

function begun(state: DeliveryState, environment: string): DeliveryStep {
  if (!mayBegin(state, environment)) return { state, commands: [] }
  return { state: { ...state, begun: true, delayedSinceMs: null, sentence: onItsWay(environment) }, commands: [] }
}

function queued(state: DeliveryState, environment: string): DeliveryStep {
  const sentence = {
    en: `The release waits for the deployment under way in "${environment}".`,
    zh: `环境 ${environment} 中有部署正在进行，版本正在等待。`,
  }
  if (!mayBegin(state, environment) || state.sentence.en === sentence.en) return { state, commands: [] }
  return { state: { ...state, delayedSinceMs: null, sentence }, commands: [] }
}

function outdated(
  state: DeliveryState,
  { environment, byRunNumber }: Extract<DeliveryEvent, { kind: 'deployment.outdated' }>,
): DeliveryStep {
  if (!mayBegin(state, environment)) return { state, commands: [] }
  return stop(state, {
    en: `Stopped: "${environment}" already runs the release of run ${byRunNumber}, which began later. To have this one there, deliver its commit again.`,
    zh: `已停止：环境 ${environment} 已在运行较晚开始的运行 #${byRunNumber} 的版本。如需此版本，请重新交付其提交。`,
  })
}

function delayed(state: DeliveryState, event: Extract<DeliveryEvent, { kind: 'deployment.delayed' }>): DeliveryStep {
  const { environment, reason, atMs } = event
  if (!mayBegin(state, environment)) return { state, commands: [] }
  const sinceMs = state.delayedSinceMs ?? atMs
  if (atMs - sinceMs >= beginWithinMs) {
    const seconds = beginWithinMs / 1000
    return stop(state, {
      en: `Stopped: the deployment to "${environment}" could not begin within ${seconds} s: ${reason.en}.`,
      zh: `已停止：${seconds} 秒内无法开始部署到环境 ${environment}：${reason.zh}。`,
    })
  }
  const sentence = {
    en: `The deployment to "${environment}" cannot begin, and is tried again: ${reason.en}.`,
    zh: `暂时无法开始部署到环境 ${environment}，正在重试：${reason.zh}。`,
  }
  return { state: { ...state, delayedSinceMs: sinceMs, sentence }, commands: [] }
}

function deployed(state: DeliveryState, event: Extract<DeliveryEvent, { kind: 'deployment.finished' }>): DeliveryStep {
  if (!isUnderWay(state, event.environment) || state.releaseId === null) return { state, commands: [] }
  if (event.outcome !== 'promoted') return stop(state, event.sentence)
  if (state.cancelRequested && state.current + 1 < state.environments.length) return stop(state, canceled)
  return begin(state, state.current + 1, state.releaseId)
}

function cancelRequested(state: DeliveryState): DeliveryStep {
  const environment = state.environments[state.current]
  if (state.status !== 'delivering' || !state.begun || environment === undefined) return stop(state, canceled)
  return { state: { ...state, cancelRequested: true }, commands: [{ kind: 'cancel-deployment', environment }] }
}

const canceled: Sentence = { en: 'Stopped: a person canceled it.', zh: '已停止：由人工取消。' }

function stop(state: DeliveryState, sentence: Sentence): DeliveryStep {
  return { state: { ...state, status: 'stopped', sentence }, commands: [{ kind: 'record-stop', sentence }] }
}
