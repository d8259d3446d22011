import { endedDeployments, evidenceOf, type EndedDeployment, type Facts } from '../facts.ts'
import { all, needsStatement, ratio, type Check, type Finding, type Observation } from '../finding.ts'

/** Runs whose commit came in by a push. */
function runsFromPush(facts: Facts): Finding {
  const observations = facts.recent('run.created').map((run): Observation => {
    const push = facts.push(run.payload.commit)
    return push === null ? null : [push, run]
  })
  return ratio({
    observations,
    threshold: 1,
    of: { en: 'runs took their source from a commit that was pushed', zh: '运行的源代码来自已推送的提交' },
  })
}

/** Releases whose commit is that of their run, and came in by a push. */
function releasesFromPush(facts: Facts): Finding {
  const observations = facts.recent('release.created').map((release): Observation => {
    const run = facts.run(release.runId)
    const push = facts.push(release.payload.commit)
    return run?.payload.commit === release.payload.commit && push !== null ? [push, run, release] : null
  })
  return ratio({
    observations,
    threshold: 1,
    of: { en: 'releases were made by a run from a pushed commit', zh: '发布由基于已推送提交的运行生成' },
  })
}

/** Deployments that look at a release, judged by `isWell`. */
function deploymentShare(
  facts: Facts,
  isWell: (deployment: EndedDeployment) => boolean | 'silent',
  of: { en: string; zh: string },
  tier: string | null = null,
): Finding {
  const ended = endedDeployments(facts).filter(({ finished }) => tier === null || finished.payload.tier === tier)
  const observations = ended.map((deployment): Observation => {
    const { started, finished } = deployment
    const release = facts.release(finished.payload.releaseId)
    if (started === null || release === null) return null
    const well = isWell(deployment)
    if (well === 'silent') return 'silent'
    return well ? [release, started, finished] : null
  })
  return ratio({ observations, threshold: 1, of })
}

const hasReleasesDigest =
  (facts: Facts) =>
  ({ started, finished }: EndedDeployment): boolean =>
    started?.payload.digest === facts.release(finished.payload.releaseId)?.payload.digest

/** Whether settings came from the policy; entries without the field do not say. */
function settingsFromPolicy(facts: Facts): Finding {
  return deploymentShare(
    facts,
    ({ started, finished }) => {
      const settings = started?.payload.settings
      if (settings === undefined) return 'silent'
      return settings > 0 && (facts.run(finished.runId)?.payload.policyCommit ?? '') !== ''
    },
    { en: 'deployments took their settings from the versioned policy', zh: '部署的应用配置取自纳入版本管理的策略文件' },
  )
}

/** Whether the digest is that of the release and was computed anew; entries without the field do not say. */
const checkedDigest =
  (facts: Facts) =>
  (deployment: EndedDeployment): boolean | 'silent' => {
    if (!hasReleasesDigest(facts)(deployment)) return false
    return deployment.finished.payload.digestVerified ?? 'silent'
  }

/** Runs whose pipeline and policy are named by digest and commit. */
export function definitionsFromRepository(facts: Facts): Finding {
  const observations = facts.recent('run.created').map((run): Observation => {
    const { planDigest, policyCommit, policyDigest } = run.payload
    return planDigest !== '' && policyCommit !== '' && policyDigest !== '' ? [run] : null
  })
  return ratio({
    observations,
    threshold: 1,
    of: {
      en: 'runs read pipeline and deployment policy from the repository, named by digest and commit',
      zh: '运行的流水线与部署策略读自代码库，并以摘要和提交标识',
    },
  })
}

/** Versions that never stood for two digests. */
function uniqueVersions(facts: Facts): Finding {
  const releases = facts.ever('release.created')
  const digests = Map.groupBy(releases, ({ payload }) => payload.version)
  const observations = facts.recent('release.created').map((release): Observation => {
    const same = digests.get(release.payload.version) ?? []
    return same.every(({ payload }) => payload.digest === release.payload.digest) ? [release] : null
  })
  return ratio({
    observations,
    threshold: 1,
    of: { en: 'releases have a version that stands for one digest only', zh: '发布的版本号只对应唯一的摘要' },
  })
}

/** Releases that were kept together with the report of their tests. */
function releasesWithReports(facts: Facts): Finding {
  const observations = facts.recent('release.created').map((release): Observation => {
    const tests = evidenceOf(facts, release.runId, 'tests')
    return tests.length > 0 && release.payload.files > 0 ? [release, ...tests] : null
  })
  return ratio({
    observations,
    threshold: 1,
    of: { en: 'releases are stored with the reports of their tests', zh: '发布与其测试报告一并保存' },
  })
}

/** Releases from which one finds commit and run, and the run the release. */
function releasesTraceable(facts: Facts): Finding {
  const observations = facts.recent('release.created').map((release): Observation => {
    const run = facts.run(release.runId)
    return run?.payload.commit === release.payload.commit ? [release, run] : null
  })
  return ratio({
    observations,
    threshold: 1,
    of: {
      en: 'releases name the commit of their run, and the run names the release',
      zh: '发布与其运行的提交可双向定位',
    },
  })
}

/** Versions with one to four numbers and an optional suffix, such as `1.4.0`, `2026.3.2-7`, `12+abc`. */
function numberedVersions(facts: Facts): Finding {
  const observations = facts
    .recent('release.created')
    .map((release): Observation =>
      /^v?\d+(\.\d+){0,3}([-+.][0-9A-Za-z.-]+)*$/.test(release.payload.version) ? [release] : null,
    )
  return ratio({
    observations,
    threshold: 0.98,
    of: { en: 'releases have a numbered version', zh: '发布的版本号为规范的数字形式' },
  })
}

const registryOf = { en: 'deployments took a release that the registry holds', zh: '部署所用的发布存在于制品库中' }
const byDigest = { en: 'deployments fetched exactly the digest of their release', zh: '部署按摘要获取其发布的制品' }

/** Version control, artifacts, the single source, traceability. */
export const sourceChecks: Check[] = [
  { criterion: 'CM-VC-VCS-2a', find: runsFromPush },
  {
    criterion: 'CM-VC-VCS-2b',
    find: (facts) =>
      needsStatement(all(runsFromPush(facts), releasesFromPush(facts)), {
        en: 'The owner has not stated that no source is kept elsewhere.',
        zh: '负责人尚未声明没有源代码存放于其他位置。',
      }),
  },
  { criterion: 'CM-VC-VCS-3a', find: (facts) => all(definitionsFromRepository(facts), settingsFromPolicy(facts)) },
  { criterion: 'CM-VC-AM-2a', find: (facts) => deploymentShare(facts, () => true, registryOf) },
  { criterion: 'CM-VC-AM-2c', find: uniqueVersions },
  { criterion: 'CM-VC-AM-2d', find: (facts) => deploymentShare(facts, hasReleasesDigest(facts), byDigest) },
  { criterion: 'CM-VC-AM-3b', find: releasesWithReports },
  { criterion: 'CM-VC-SSOT-2a', find: (facts) => all(runsFromPush(facts), releasesFromPush(facts)) },
  {
    criterion: 'CM-VC-SSOT-3a',
    find: (facts) =>
      all(
        releasesFromPush(facts),
        definitionsFromRepository(facts),
        deploymentShare(
          facts,
          checkedDigest(facts),
          {
            en: 'production deployments checked the digest of their release before the start',
            zh: '生产部署在启动前核验了发布的摘要',
          },
          'production',
        ),
      ),
  },
  {
    criterion: 'CM-CM-CT-2a',
    find: (facts) =>
      needsStatement(numberedVersions(facts), {
        en: 'Nobody has stated the rule by which versions are numbered.',
        zh: '尚未有人声明版本编号规则。',
      }),
  },
  { criterion: 'CM-CM-CT-2b', find: releasesTraceable },
]
