import type { Judgement } from '@sluice/contracts/events'
import type { RolloutInput, Sentence } from '../rollout.ts'

export function promoted(input: RolloutInput, last: Judgement | null): Sentence {
  const { release, environment } = input
  return {
    en: `Release ${release.version} was promoted: it serves all of ${environment.name}, judged at every step. ${last?.sentence.en ?? ''}`.trim(),
    zh: `版本 ${release.version} 已晋级：它承接 ${environment.name} 的全部流量，每一步都通过了判断。${last?.sentence.zh ?? ''}`,
  }
}
