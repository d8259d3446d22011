import { evidenceOf, type EntryOf, type Facts } from '../facts.ts'
import { all, exists, ratio, unknown, type Check, type Finding, type Observation } from '../finding.ts'
import { definitionsFromRepository } from './source-checks.ts'

const dayMs = 86_400_000

/** Runs that ended, were not cancelled, and had a runner at work. */
const executedRuns = (facts: Facts): EntryOf<'run.created'>[] =>
  facts
    .recent('run.created')
    .filter(
      ({ runId }) =>
        facts.inRun(runId, 'run.finished').some(({ payload }) => payload.status !== 'canceled') &&
        facts.inRun(runId, 'job.started').length > 0,
    )

/** Jobs that a runner worked off from the plan. */
function scriptedBuilds(facts: Facts): Finding {
  const finished = facts.recent('job.finished')
  const observations = finished.map((job): Observation => {
    const run = facts.run(job.runId)
    return run !== null && run.payload.planDigest !== '' ? [run, job] : null
  })
  return ratio({
    observations,
    threshold: 0.95,
    of: { en: 'jobs ran scripts of a pipeline read from the repository', zh: '作业执行的脚本来自代码库中的流水线定义' },
  })
}

/** One service integrates the project: runs in the last thirty days. */
function serviceInUse(facts: Facts): Finding {
  const runs = facts.recent('run.created').filter(({ at }) => Date.parse(at) > facts.nowMs - 30 * dayMs)
  return exists(
    runs,
    {
      en: `${runs.length} runs in the last 30 days, all by this service.`,
      zh: `近 30 天内有 ${runs.length} 次运行，均由本服务执行。`,
    },
    { en: 'No run in the last 30 days.', zh: '近 30 天内没有运行。' },
  )
}

const branchOf = (ref: string): string => ref.replace(/^refs\/heads\//, '')

/** Pushes that started a run. */
function pushesWithRun(facts: Facts): Finding {
  const keyOf = (ref: string, commit: string): string => `${branchOf(ref)} ${commit}`
  const started = facts.ever('run.created').filter(({ payload }) => payload.source === 'push')
  const byPush = new Map(started.map((run) => [keyOf(run.payload.ref, run.payload.commit), run]))
  const observations = facts.recent('change.pushed').map((push): Observation => {
    const run = byPush.get(keyOf(push.payload.ref, push.payload.after))
    return run === undefined ? null : [push, run]
  })
  return ratio({ observations, threshold: 0.95, of: { en: 'pushes started a run', zh: '推送触发了运行' } })
}

/** Runs with a report of the wanted kind. */
export function runsWith(facts: Facts, fact: 'tests' | 'findings', threshold: number): Finding {
  const observations = executedRuns(facts).map((run): Observation => {
    const evidence = evidenceOf(facts, run.runId, fact)
    return evidence.length === 0 ? null : [run, ...evidence]
  })
  const of = {
    tests: { en: 'finished runs have a test report', zh: '已结束的运行带有测试报告' },
    findings: { en: 'finished runs have a report of static analysis', zh: '已结束的运行带有静态检查报告' },
  }
  return ratio({ observations, threshold, of: of[fact] })
}

/** A gate that stopped a change whose tests did not pass, and nothing of that run was deployed. */
function versionHeldBack(facts: Facts): Finding {
  const closed = facts.recent('gate.decided').filter(({ payload }) => payload.decision === 'closed')
  const leaked = closed.filter(({ runId }) => facts.inRun(runId, 'deployment.started').length > 0)
  if (leaked.length > 0) {
    return {
      state: 'not_met',
      reason: {
        en: `${leaked.length} closed gates did not stop a deployment.`,
        zh: `有 ${leaked.length} 次门禁关闭后仍发生了部署。`,
      },
      support: [],
    }
  }
  const onTests = closed.filter(({ runId, payload }) => {
    const tests = new Set(evidenceOf(facts, runId, 'tests').map((entry) => entry.payload.evidenceId))
    return payload.clauses.some(({ state, evidence = [] }) => state === 'fail' && evidence.some((id) => tests.has(id)))
  })
  if (onTests.length === 0) {
    return unknown({
      en: 'No version has yet been held back because of its tests.',
      zh: '尚无版本因测试未通过而被拦截。',
    })
  }
  return {
    state: 'met',
    reason: {
      en: `${onTests.length} versions were held back because of their tests.`,
      zh: `有 ${onTests.length} 个版本因测试未通过而被拦截。`,
    },
    support: onTests,
  }
}

/** Build and continuous integration. */
export const integrationChecks: Check[] = [
  { criterion: 'BCI-BP-BM-2a', find: (facts) => all(scriptedBuilds(facts), definitionsFromRepository(facts)) },
  { criterion: 'BCI-CI-IS-2a', find: serviceInUse },
  { criterion: 'BCI-CI-IM-3a', find: pushesWithRun },
  {
    criterion: 'BCI-CI-IM-4a',
    find: (facts) => all(runsWith(facts, 'tests', 0.95), runsWith(facts, 'findings', 0.95)),
  },
  { criterion: 'BCI-CI-IM-4c', find: versionHeldBack },
]
