import type { LogEntry } from '@sluice/contracts/events'
import { endedDeployments, type EndedDeployment, type Facts } from '../facts.ts'
import { all, exists, ratio, sampleFloor, unknown, type Check, type Finding, type Observation } from '../finding.ts'
import type { Sentence } from '../model/model.ts'
import { deploymentsBehindGate } from './test-checks.ts'

/** Whether the platform did everything after the start; a person may have asked for it. */
function ranByItself(facts: Facts, { started, finished }: EndedDeployment): boolean {
  const steps = [...facts.steps(finished.payload.deploymentId), finished]
  return started !== null && steps.every(({ actor }) => actor.kind !== 'person')
}

function automatic(facts: Facts, threshold: number, of: Sentence, tiers: string[] | null = null): Finding {
  const observations = endedDeployments(facts)
    .filter(({ finished }) => tiers === null || tiers.includes(finished.payload.tier))
    .map((deployment): Observation => {
      const { started, finished } = deployment
      return started !== null && ranByItself(facts, deployment) ? [started, finished] : null
    })
  return ratio({ observations, threshold, of })
}

const byItself = { en: 'deployments ran to their end without a manual step', zh: '部署全程没有人工操作步骤' }

/** Deployments whose definition the run had read from the repository. */
function definedInRepository(facts: Facts): Finding {
  const found = endedDeployments(facts).filter(
    ({ finished }) => (facts.run(finished.runId)?.payload.policyCommit ?? '') !== '',
  )
  return exists(
    found.map(({ finished }) => finished),
    {
      en: `${found.length} deployments by scripts of the repository.`,
      zh: `有 ${found.length} 次部署由代码库中的脚本完成。`,
    },
    { en: 'No deployment whose definition came from the repository.', zh: '没有部署定义来自代码库的部署。' },
  )
}

function partlyAutomatic(facts: Facts): Finding {
  const found = endedDeployments(facts).filter((deployment) => ranByItself(facts, deployment))
  return exists(
    found.map(({ finished }) => finished),
    { en: `${found.length} deployments ran by themselves.`, zh: `有 ${found.length} 次部署自动完成。` },
    { en: 'No deployment ran by itself.', zh: '没有自动完成的部署。' },
  )
}

/** Healthy environments ran what was promoted last, as far as the log tells. */
function nothingOutOfBand(facts: Facts): Finding {
  const observations = facts.recent('environment.healthy').map((seen): Observation => {
    const last = facts
      .ever('deployment.started')
      .findLast(({ seq, payload }) => seq < seen.seq && payload.environment === seen.payload.environment)
    const { releaseId } = seen.payload
    return last?.payload.releaseId === releaseId || last?.payload.previousReleaseId === releaseId ? [seen] : null
  })
  const of = {
    en: 'looks at an environment found what the platform had put there',
    zh: '环境巡检发现运行内容与平台部署一致',
  }
  return ratio({ observations, threshold: 1, of })
}

/** Promoted deployments by a key, where they reached two environments or more. */
function throughEnvironments(facts: Facts, keyOf: (deployment: EndedDeployment) => string): EndedDeployment[][] {
  const promoted = endedDeployments(facts).filter(({ finished }) => finished.payload.outcome === 'promoted')
  const byKey = Map.groupBy(promoted, keyOf)
  return [...byKey.values()].filter((own) => new Set(own.map(({ finished }) => finished.payload.environment)).size > 1)
}

const entriesOf = (own: EndedDeployment[]): LogEntry[] =>
  own.flatMap(({ started, finished }) => (started === null ? [finished] : [started, finished]))

/** Releases of which every environment got the same value. */
function sameEverywhere(
  facts: Facts,
  valueOf: (deployment: EndedDeployment) => string | null,
  of: Sentence,
  keyOf: (deployment: EndedDeployment) => string = releaseOf,
): Finding {
  const observations = throughEnvironments(facts, keyOf).map((own): Observation => {
    const values = new Set(own.map(valueOf))
    return values.size === 1 && !values.has(null) ? entriesOf(own) : null
  })
  return ratio({ observations, threshold: 1, of })
}

const releaseOf = ({ finished }: EndedDeployment): string => finished.payload.releaseId

/** One way of a release: a later run may take it back under a newer policy. */
const wayOf = (deployment: EndedDeployment): string => `${releaseOf(deployment)} ${deployment.finished.runId}`

const policyOf =
  (facts: Facts) =>
  ({ finished }: EndedDeployment): string | null =>
    facts.run(finished.runId)?.payload.policyDigest ?? null

const digestOf = ({ started }: EndedDeployment): string | null => started?.payload.digest ?? null

function settingsApart(facts: Facts): Finding {
  const observations = endedDeployments(facts)
    .filter(({ finished }) => finished.payload.tier === 'production')
    .map(({ started, finished }): Observation => {
      if (started === null) return null
      const { settings } = started.payload
      if (settings === undefined) return 'silent'
      return settings > 0 ? [started, finished] : null
    })
  const of = {
    en: 'production deployments got their settings from outside the release',
    zh: '生产部署的配置来自发布制品之外',
  }
  return ratio({ observations, threshold: 1, of })
}

/** Production deployments in two steps or more, each judged. */
function progressive(facts: Facts): Finding {
  const observations = endedDeployments(facts)
    .filter(({ finished }) => finished.payload.tier === 'production')
    .map(({ started, finished }): Observation => {
      const steps = facts.steps(finished.payload.deploymentId)
      const judged = steps.filter(({ kind }) => kind === 'rollout.judged')
      return started?.payload.strategy === 'canary' && judged.length > 0 ? [started, ...judged, finished] : null
    })
  return ratio({
    observations,
    threshold: 0.8,
    of: { en: 'production deployments were canaries with analysis', zh: '生产部署采用带分析的灰度发布' },
  })
}

/** Production rollouts that the platform took back by itself after a failing judgement. */
function takenBack(facts: Facts): Finding {
  const aborted = endedDeployments(facts).filter((deployment) => {
    const { payload } = deployment.finished
    const failed = facts
      .steps(payload.deploymentId)
      .some((step) => step.kind === 'rollout.judged' && step.payload.judgement.result === 'fail')
    return payload.outcome === 'aborted' && failed && ranByItself(facts, deployment)
  })
  return exists(
    aborted.map(({ finished }) => finished),
    {
      en: `${aborted.length} rollouts were taken back by their analysis.`,
      zh: `有 ${aborted.length} 次发布被分析判定后自动回退。`,
    },
    { en: 'No rollout has been taken back yet.', zh: '尚无发布被回退。' },
  )
}

/** Failure rate of deployment runs, never judged below the sample floor. */
function failureRateAtMost(facts: Facts, limit: number): Finding {
  const { value, n, entries } = facts.dora().deploymentRunFailureRate
  if (value === null || n < sampleFloor) {
    return unknown({
      en: `${n} production deployments; a rate needs ${sampleFloor}.`,
      zh: `生产部署 ${n} 次；计算比率至少需要 ${sampleFloor} 次。`,
    })
  }
  const seqs = new Set(entries)
  return {
    state: value <= limit ? 'met' : 'not_met',
    reason: {
      en: `${(value * 100).toFixed(1)} % of ${n} production deployments failed; at most ${limit * 100} % wanted.`,
      zh: `${n} 次生产部署的失败率为 ${(value * 100).toFixed(1)} %；要求不超过 ${limit * 100} %。`,
    },
    support: facts
      .recent('deployment.finished')
      .filter(({ seq, payload }) => seqs.has(seq) && payload.outcome === 'promoted'),
  }
}

const wholeApplications = {
  en: 'deployments took one release of the application, whole',
  zh: '部署以应用的一个完整发布为单位',
}

function applicationAsUnit(facts: Facts): Finding {
  const observations = endedDeployments(facts).map(({ started, finished }): Observation => {
    const release = facts.release(finished.payload.releaseId)
    return started === null || release === null ? null : [release, started, finished]
  })
  return ratio({ observations, threshold: 1, of: wholeApplications })
}

const sameProcess = {
  en: 'releases went through all environments under one policy',
  zh: '发布在各环境均按同一策略部署',
}
const sameProduct = { en: 'releases had the same digest in all environments', zh: '发布在各环境的摘要一致' }
const testTiers = { en: 'deployments to testing and staging ran by themselves', zh: '测试与预发环境的部署自动完成' }

/** Deployment and release. */
export const deploymentChecks: Check[] = [
  { criterion: 'DRM-DRM-DM-2a', find: definedInRepository },
  { criterion: 'DRM-DRM-DM-2b', find: partlyAutomatic },
  { criterion: 'DRM-DRM-DM-3a', find: (facts) => all(automatic(facts, 0.98, byItself), nothingOutOfBand(facts)) },
  { criterion: 'DRM-DRM-DP-3a', find: (facts) => sameEverywhere(facts, policyOf(facts), sameProcess, wayOf) },
  { criterion: 'DRM-DRM-DP-3b', find: (facts) => sameEverywhere(facts, digestOf, sameProduct) },
  { criterion: 'DRM-DRM-DS-2b', find: applicationAsUnit },
  { criterion: 'DRM-DRM-DS-2d', find: (facts) => automatic(facts, 0.95, testTiers, ['testing', 'staging']) },
  {
    criterion: 'DRM-DRM-DS-3c',
    find: (facts) => all(settingsApart(facts), sameEverywhere(facts, digestOf, sameProduct)),
  },
  { criterion: 'DRM-DRM-DS-4b', find: progressive },
  { criterion: 'DRM-DRM-DQ-2a', find: (facts) => failureRateAtMost(facts, 0.3) },
  { criterion: 'DRM-DRM-DQ-2b', find: takenBack },
  { criterion: 'DRM-DRM-DQ-3a', find: (facts) => failureRateAtMost(facts, 0.1) },
  { criterion: 'DRM-DRM-DQ-3b', find: (facts) => deploymentsBehindGate(facts, 'tests', 1) },
  { criterion: 'DRM-DRM-DQ-4a', find: (facts) => all(progressive(facts), takenBack(facts)) },
]
