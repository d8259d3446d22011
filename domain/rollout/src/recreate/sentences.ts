import type { RolloutInput, Sentence } from '../rollout.ts'

export function promoted(input: RolloutInput): Sentence {
  const { release, environment } = input
  return {
    en: `Release ${release.version} was promoted: it is healthy and serves all of ${environment.name}.`,
    zh: `版本 ${release.version} 已晋级：健康检查通过，承接 ${environment.name} 的全部流量。`,
  }
}
