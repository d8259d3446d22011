/**
 * The way of one change after its jobs: verdict → release → environments in order. A machine of the same form as the
 * engine's.
 *
 * Invariants:
 *  D1  Nothing is deployed before the run succeeded, and so before every gate opened.
 *  D2  One release, one digest: every environment gets the release that was made once.
 *  D3  An environment is begun only after the one before it was promoted; each at most once.
 *  D4  After a person asked to stop, no further environment is begun.
 *  D5  A finished delivery gives no commands; an event that does not fit changes nothing.
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
  /** A person asked to stop: nothing further is begun, whatever the deployment under way comes to. */
  cancelRequested: boolean
  sentence: Sentence
}

export type DeliveryEvent =
  | {
      kind: 'run.finished'
      status: Exclude<RunStatus, 'running'>
      reason: string | null
      gateSentence: Sentence | null
    }
  | { kind: 'release.created'; releaseId: string; version: string }
  | { kind: 'release.refused'; message: string }
  | { kind: 'deployment.finished'; environment: string; outcome: DeploymentOutcome; sentence: Sentence }
  | { kind: 'cancel-requested' }

export type DeliveryCommand =
  | { kind: 'create-release' }
  | { kind: 'deploy'; environment: string; releaseId: string }
  /** The deployment under way, if any, goes back. */
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
    cancelRequested: false,
    sentence,
  }
}

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
        en: `Stopped: no release could be made. ${event.message}`,
        zh: `已停止：无法生成发布版本。${event.message}`,
      })
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
    return stop(state, event.gateSentence ?? { en: `Stopped before release: ${why}.`, zh: `发布前已停止：${why}。` })
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
  const sentence = { en: `The release is on its way to "${environment}".`, zh: `版本正在部署到环境 ${environment}。` }
  return { state: { ...state, current: index, sentence }, commands: [{ kind: 'deploy', environment, releaseId }] }
}

function deployed(state: DeliveryState, event: Extract<DeliveryEvent, { kind: 'deployment.finished' }>): DeliveryStep {
  const expected = state.status === 'delivering' && state.environments[state.current] === event.environment
  if (!expected || state.releaseId === null) return { state, commands: [] }
  if (event.outcome !== 'promoted') return stop(state, event.sentence)
  if (state.cancelRequested && state.current + 1 < state.environments.length) return stop(state, canceled)
  return begin(state, state.current + 1, state.releaseId)
}

function cancelRequested(state: DeliveryState): DeliveryStep {
  if (state.status === 'delivering') {
    const environment = state.environments[state.current]
    const commands: DeliveryCommand[] = environment === undefined ? [] : [{ kind: 'cancel-deployment', environment }]
    return { state: { ...state, cancelRequested: true }, commands }
  }
  return stop(state, canceled)
}

const canceled: Sentence = { en: 'Stopped: a person canceled it.', zh: '已停止：由人工取消。' }

function stop(state: DeliveryState, sentence: Sentence): DeliveryStep {
  return { state: { ...state, status: 'stopped', sentence }, commands: [{ kind: 'record-stop', sentence }] }
}
