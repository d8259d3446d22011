import { endedDeployments, evidenceOf, type EntryOf, type Facts } from '../facts.ts'
import { exists, ratio, unknown, type Check, type Finding, type Observation } from '../finding.ts'
import { runsWith } from './integration-checks.ts'

type Evidence = EntryOf<'evidence.recorded'>

/** Evidence of tests of which at least one case ran. */
const testRuns = (facts: Facts): Evidence[] =>
  facts
    .recent('evidence.recorded')
    .filter(({ payload }) => payload.fact === 'tests' && Number(payload.summary['total'] ?? 0) > 0)

const layers = {
  unit: /(^|[-_ ])units?([-_ ]|$)/i,
  interface: /(^|[-_ ])(interface|api|service|contract)s?([-_ ]|$)/i,
}

/** The layer is told by the name of the report in the policy, or of the job that made it. */
const ofLayer = (evidence: Evidence[], layer: keyof typeof layers): Evidence[] =>
  evidence.filter(({ payload }) => layers[layer].test(payload.name) || layers[layer].test(payload.job))

function layersAutomated(facts: Facts): Finding {
  const [unit, api] = [ofLayer(testRuns(facts), 'unit'), ofLayer(testRuns(facts), 'interface')]
  const reason = {
    en: `Reports by machine: ${unit.length} of unit tests, ${api.length} of interface tests, told by the names of report and job.`,
    zh: `自动产生的报告：单元测试 ${unit.length} 份，接口测试 ${api.length} 份（依据报告与作业名称判断）。`,
  }
  if (unit.length > 0 && api.length > 0) return { state: 'met', reason, support: [...unit, ...api] }
  if (unit.length + api.length > 0) return { state: 'partial', reason, support: [...unit, ...api] }
  return unknown(reason)
}

/** Test reports that a job of a run made. */
function testsByPipeline(facts: Facts): Finding {
  const observations = testRuns(facts).map((evidence): Observation => {
    const run = facts.run(evidence.runId)
    const job = facts.inRun(evidence.runId, 'job.started').find(({ payload }) => payload.job === evidence.payload.job)
    return run === null || job === undefined ? null : [run, job, evidence]
  })
  return ratio({
    observations,
    threshold: 0.95,
    of: { en: 'test reports were made by a job of a pipeline', zh: '测试报告由流水线作业产生' },
  })
}

/** Test reports whose run works on a pushed commit: the tests came from the repository with the code. */
function testsInRepository(facts: Facts): Finding {
  const observations = testRuns(facts).map((evidence): Observation => {
    const run = facts.run(evidence.runId)
    const push = run === null ? null : facts.push(run.payload.commit)
    return run === null || push === null ? null : [push, run, evidence]
  })
  return ratio({
    observations,
    threshold: 1,
    of: { en: 'test reports come from tests of a pushed commit', zh: '测试报告来自已推送提交中的测试' },
  })
}

/** Ids of evidence of one kind in a run. */
const idsOf = (facts: Facts, runId: string | null, fact: 'tests' | 'findings'): Set<string> =>
  new Set(evidenceOf(facts, runId, fact).map(({ payload }) => payload.evidenceId))

/** Open gates of a run with a passing clause that looked at evidence of the wanted kind. */
function gatesOn(facts: Facts, runId: string | null, fact: 'tests' | 'findings'): EntryOf<'gate.decided'>[] {
  const ids = idsOf(facts, runId, fact)
  return facts
    .inRun(runId, 'gate.decided')
    .filter(({ payload }) => payload.decision === 'open')
    .filter(({ payload }) =>
      payload.clauses.some((c) => c.state === 'pass' && (c.evidence ?? []).some((id) => ids.has(id))),
    )
}

/** Whether there are gates, and no clause of them names the evidence it looked at, as in entries of older versions. */
const namesNoEvidence = (gates: EntryOf<'gate.decided'>[]): boolean =>
  gates.length > 0 && gates.every(({ payload }) => payload.clauses.every(({ evidence }) => evidence === undefined))

/** Deployments that only went on because a gate had passed on evidence of the wanted kind. */
export function deploymentsBehindGate(facts: Facts, fact: 'tests' | 'findings', threshold: number): Finding {
  const observations = endedDeployments(facts).map(({ finished }): Observation => {
    const gates = gatesOn(facts, finished.runId, fact).filter(({ seq }) => seq < finished.seq)
    if (gates.length > 0) return [...gates, finished]
    return namesNoEvidence(facts.inRun(finished.runId, 'gate.decided')) ? 'silent' : null
  })
  const of = {
    tests: { en: 'deployments stood behind a gate that had judged test results', zh: '部署之前门禁已依据测试结果放行' },
    findings: {
      en: 'deployments stood behind a gate that had judged the findings of scanners',
      zh: '部署之前门禁已依据扫描结果放行',
    },
  }
  return ratio({ observations, threshold, of: of[fact] })
}

/** Gates that opened on the findings of scanners; their clauses are computed, so nobody judges in between. */
function checksByMachine(facts: Facts): Finding {
  const opened = facts.recent('gate.decided').filter(({ payload }) => payload.decision === 'open')
  const observations = opened.map((gate): Observation => {
    if (namesNoEvidence([gate])) return 'silent'
    return gatesOn(facts, gate.runId, 'findings').includes(gate) ? [gate] : null
  })
  return ratio({
    observations,
    threshold: 1,
    of: {
      en: 'gates opened by computed clauses on the findings of scanners',
      zh: '门禁依据扫描结果自动判定后放行',
    },
  })
}

function someAutomaticChecks(facts: Facts): Finding {
  const scans = facts.recent('evidence.recorded').filter(({ payload }) => payload.fact === 'findings')
  const missing = { en: 'No code scan was reported.', zh: '没有代码扫描报告。' }
  const found = exists(
    scans,
    {
      en: `${scans.length} reports of code scans; reviews by people are not in the log.`,
      zh: `有 ${scans.length} 份代码扫描报告；日志中没有人工评审记录。`,
    },
    missing,
  )
  return found.state === 'met' ? { ...found, state: 'partial' } : found
}

/** Tests and the quality of code. */
export const testChecks: Check[] = [
  { criterion: 'TM-TH-TO-3a', find: (facts) => runsWith(facts, 'tests', 0.9) },
  { criterion: 'TM-CQ-QR-3c', find: (facts) => deploymentsBehindGate(facts, 'findings', 0.95) },
  { criterion: 'TM-CQ-TM-2a', find: someAutomaticChecks },
  { criterion: 'TM-CQ-TM-3a', find: checksByMachine },
  { criterion: 'TM-AT-ADEV-2b', find: testsInRepository },
  { criterion: 'TM-AT-AE-3a', find: layersAutomated },
  { criterion: 'TM-AT-AE-3b', find: testsByPipeline },
]
