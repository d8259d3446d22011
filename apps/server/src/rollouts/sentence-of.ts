import { unreachable } from '@sluice/kernel'
import type { RolloutState, Sentence } from '@sluice/rollout'

/** Whether the rollout compares two versions now. */
export function observing(state: RolloutState): boolean {
  return state.phase.kind === 'stepping'
}

/** What a rollout does now, for people. */
export function sentenceOf(state: RolloutState): Sentence {
  const { phase, input } = state
  const { version } = input.release
  switch (phase.kind) {
    case 'new':
    case 'securing':
      return { en: 'Makes sure that the serving release is well.', zh: '正在确认当前运行的版本状态正常。' }
    case 'migrating':
      return { en: `Runs the database migration of ${version}.`, zh: `正在执行 ${version} 的数据库迁移。` }
    case 'starting':
      return { en: `Starts ${version} and waits until it is healthy.`, zh: `正在启动 ${version} 并等待健康检查通过。` }
    case 'stepping':
      return {
        en: `${version} gets ${phase.weight} % of the requests; both versions are compared.`,
        zh: `${version} 承接 ${phase.weight}% 的请求，正在与稳定版本对比。`,
      }
    case 'handing-over':
      return { en: `All requests go to ${version}.`, zh: `全部请求已切换到 ${version}。` }
    case 'retiring':
      return { en: 'Stops what served before.', zh: '正在停止旧版本。' }
    case 'aborting':
    case 'finished':
      return phase.sentence
    default:
      return unreachable(phase)
  }
}
