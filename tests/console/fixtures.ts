/** What the in-memory server shows: a project with a canary under way, one taken back, a closed gate and a first run. */
import type {
  CriterionState,
  CriterionView,
  EnvironmentView,
  EvidenceView,
  FigureView,
  JobView,
  MaturityView,
  ProjectView,
  RunView,
  Sentence,
} from '@sluice/contracts/api'
import type { ClauseResult, Fact } from '@sluice/contracts/evidence'
import type { EventPayloads, Judgement, LogEntry, VersionMetrics } from '@sluice/contracts/events'

const nowMs = Date.now()
const at = (minutesAgo: number) => new Date(nowMs - minutesAgo * 60_000).toISOString()
const digest = (seed: string) => `sha256:${seed.repeat(64).slice(0, 64)}`
const commit = (seed: string) => seed.repeat(40).slice(0, 40)
const both = (en: string, zh: string): Sentence => ({ en, zh })

const release = (version: string, seed: string) => ({ id: `release-${version}`, version, digest: digest(seed) })
const stable = release('2026.11.20-4', '4be1')
const candidate = release('2026.11.23-7', 'c07d')

const metrics = (requests: number, errors: number, p50: number, p95: number): VersionMetrics => ({
  requests,
  errors,
  errorRate: requests === 0 ? null : errors / requests,
  latencyP50Ms: requests === 0 ? null : p50,
  latencyP95Ms: requests === 0 ? null : p95,
})

const good: Judgement = {
  result: 'pass',
  stable: metrics(1804, 0, 6.1, 18.4),
  canary: metrics(203, 0, 6.4, 19.2),
  sentence: both(
    'Error rate 0 % against 0 %, p95 19 ms against 18 ms over 203 requests: the canary holds.',
    '错误率 0% 对 0%，p95 19 毫秒对 18 毫秒，样本 203 个请求：灰度版达标。',
  ),
}
const watching: Judgement = {
  result: 'inconclusive',
  stable: metrics(412, 0, 6.2, 18.9),
  canary: metrics(71, 0, 6.3, 18.1),
  sentence: both('71 of 100 requests needed so far.', '目前 71 个请求，至少需要 100 个。'),
}
const bad: Judgement = {
  result: 'fail',
  stable: metrics(911, 0, 6.0, 17.8),
  canary: metrics(104, 26, 8.8, 61.3),
  sentence: both(
    'Error rate 25 % of the new version is over the limit of 5 %: the rollout is taken back.',
    '新版本错误率 25%，超过上限 5%：撤回本次发布。',
  ),
}

function job(name: string, stage: string, state: JobView['state'], more: Partial<JobView> = {}): JobView {
  const started = !['created', 'waiting', 'waiting_for_resource', 'pending', 'skipped', 'manual'].includes(state)
  return {
    name,
    stage,
    state,
    stateReason: { en: '', zh: '' },
    confirmation: null,
    allowFailure: false,
    resourceGroup: null,
    needs: null,
    downstream: null,
    attempts: started
      ? [
          {
            number: 1,
            state,
            runnerId: 'runner-1',
            startedAt: at(9),
            finishedAt: state === 'running' ? null : at(8.2),
            exitCode: state === 'running' ? null : state === 'failed' ? 1 : 0,
            isolation: 'uid',
            logBytes: 4096,
          },
        ]
      : [],
    reasons: [
      {
        kind: 'rule',
        text: 'rules[0] matched: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH',
        position: { path: '.gitlab-ci.yml', line: 31, column: 7 },
        values: { CI_COMMIT_BRANCH: 'main', CI_DEFAULT_BRANCH: 'main', CI_MERGE_REQUEST_IID: null },
      },
    ],
    artifacts: [],
    ...more,
  }
}

const testsFact = (failed: boolean): Fact => ({
  kind: 'tests',
  total: 148,
  passed: failed ? 146 : 147,
  failed: failed ? 1 : 0,
  errors: 0,
  skipped: 1,
  durationMs: 8421,
  failures: failed
    ? [
        {
          name: 'a reversal that comes before its authorisation is kept and applied later',
          suite: 'reverse › order of arrival',
          outcome: 'failed',
          message: 'AssertionError: expected 9000 to be 10000\n  - 10000\n  + 9000\n    at src/reverse.test.ts:88:31',
          file: 'src/reverse.test.ts',
        },
      ]
    : [],
  failuresOmitted: 0,
})
const coverageFact: Fact = {
  kind: 'coverage',
  linesCovered: 1311,
  linesTotal: 1424,
  lineRate: 1311 / 1424,
  branchesCovered: 390,
  branchesTotal: 451,
  branchRate: 390 / 451,
  files: [
    { path: 'src/ledger/double-entry.ts', linesCovered: 210, linesTotal: 212 },
    {
      path: 'src/http/a-rather-long-folder-name/authorisation-routes-with-idempotency-keys.ts',
      linesCovered: 120,
      linesTotal: 171,
    },
    { path: 'src/authorise.ts', linesCovered: 164, linesTotal: 164 },
  ],
}
const findingsFact: Fact = {
  kind: 'findings',
  tool: 'oxlint',
  errors: 0,
  warnings: 1,
  notes: 0,
  suppressed: 2,
  findings: [
    {
      rule: 'no-unused-vars',
      level: 'warning',
      message: 'Variable "previous" is never used.',
      path: 'src/authorise.ts',
      line: 41,
    },
  ],
  findingsOmitted: 0,
}
const componentsFact: Fact = {
  kind: 'components',
  specVersion: '1.6',
  total: 3,
  licences: { MIT: 2, 'Apache-2.0': 1 },
  components: [
    { name: 'fastify', version: '5.7.1', purl: 'pkg:npm/fastify@5.7.1', licence: 'MIT' },
    { name: 'pg', version: '8.17.0', purl: 'pkg:npm/pg@8.17.0', licence: 'MIT' },
    { name: 'kysely', version: '0.29.1', purl: 'pkg:npm/kysely@0.29.1', licence: 'Apache-2.0' },
  ],
}

function evidence(
  name: string,
  jobName: string,
  tool: string,
  format: string,
  fact: Fact,
  sentence: Sentence,
): EvidenceView {
  const reportPath = `reports/${name}.${format === 'sarif' ? 'sarif' : 'xml'}`
  const reportDigest = digest(name === 'tests' ? '91ac' : '07fe')
  return {
    id: `evidence-${name}`,
    name,
    job: jobName,
    attempt: 1,
    format,
    tool,
    at: at(7),
    reportPath,
    reportDigest,
    reportFiles: [{ path: reportPath, digest: reportDigest }],
    subject: { name: 'card', digest: { gitCommit: commit('c0ffee') } },
    keyIds: ['ed25519:5f1e9b0c'],
    fact,
    sentence,
  }
}

const allEvidence = (failed: boolean): EvidenceView[] => [
  evidence(
    'tests',
    'unit',
    'vitest 5.1.1',
    'junit',
    testsFact(failed),
    failed ? both('148 tests, 1 failed', '148 个测试，1 个失败') : both('148 tests, none failed', '148 个测试，无失败'),
  ),
  evidence('coverage', 'unit', 'vitest 5.1.1', 'cobertura', coverageFact, both('Lines 92.1 %', '行覆盖率 92.1%')),
  evidence(
    'code-scan',
    'lint',
    'oxlint 1.94.0',
    'sarif',
    findingsFact,
    both('No errors, 1 warning', '无错误，1 个警告'),
  ),
  evidence(
    'secrets',
    'secrets',
    'secretlint 11.3.0',
    'sarif',
    { ...findingsFact, tool: 'secretlint', warnings: 0, suppressed: 0, findings: [] },
    both('No secret found', '未发现密钥'),
  ),
  evidence(
    'sbom',
    'sbom',
    'cyclonedx-npm 4.1.0',
    'cyclonedx',
    componentsFact,
    both('3 components, 2 licences', '3 个组件，2 种许可证'),
  ),
]

function clause(
  rule: string,
  state: ClauseResult['state'],
  expr: string,
  values: ClauseResult['values'],
  behind: string[],
  sentence: Sentence,
): ClauseResult {
  return { rule, state, expr, values, evidence: behind.map((name) => `evidence-${name}`), sentence }
}

const clauses = (failed: boolean): ClauseResult[] => [
  clause(
    'tests-pass',
    failed ? 'fail' : 'pass',
    'evidence.tests.total > 0 && evidence.tests.failed + evidence.tests.errors == 0',
    { 'tests.total': 148, 'tests.failed': failed ? 1 : 0, 'tests.errors': 0 },
    ['tests'],
    failed
      ? both('1 of 148 tests failed.', '148 个测试中有 1 个失败。')
      : both('148 tests ran and none failed.', '148 个测试全部执行，无失败。'),
  ),
  clause(
    'coverage',
    'pass',
    'evidence.coverage.lineRate >= 0.8',
    { 'coverage.lineRate': 0.9206 },
    ['coverage'],
    both('Line coverage is 92.1 %, wanted are 80 %.', '行覆盖率 92.1%，要求 80%。'),
  ),
  clause(
    'no-error-findings',
    'pass',
    'evidence["code-scan"].errors == 0',
    { 'code-scan.errors': 0 },
    ['code-scan'],
    both('The code scan has no error.', '代码扫描无错误。'),
  ),
  clause(
    'no-secrets',
    failed ? 'untrusted' : 'pass',
    'evidence.secrets.errors == 0',
    { 'secrets.errors': 0 },
    ['secrets'],
    failed
      ? both('The change redefines the job "secrets" that reports on it.', '本次变更改写了为其出具报告的作业 secrets。')
      : both('No secret was found.', '未发现密钥。'),
  ),
]

const environment = (name: string, more: Partial<EnvironmentView>): EnvironmentView => ({
  name,
  tier: name,
  url: `http://127.0.0.1:${name === 'staging' ? 7081 : 7082}`,
  state: 'healthy',
  inPolicy: true,
  release: { ...stable, commit: commit('57ab1e'), runId: 'run-aborted', since: at(4000) },
  candidate: null,
  ...more,
})

const staging = environment('staging', {
  release: { ...candidate, commit: commit('c0ffee'), runId: 'run-canary', since: at(5) },
})
const productionWithCanary = environment('production', {
  state: 'deploying',
  candidate: { ...candidate, weight: 50 },
})
const renamed = environment('live', { tier: 'production', inPolicy: false })

let seq = 0
function entry<K extends LogEntry['kind']>(
  runId: string,
  minutesAgo: number,
  kind: K,
  payload: EventPayloads[K],
  actor = 'engine',
) {
  seq += 1
  return {
    seq,
    id: `entry-${seq}`,
    at: at(minutesAgo),
    actor: { kind: 'system', id: actor },
    project: 'card',
    runId,
    kind,
    payload,
  } as LogEntry
}

function log(run: string, number: number, failed: boolean): LogEntry[] {
  return [
    entry(
      run,
      10,
      'change.pushed',
      {
        ref: 'main',
        before: commit('0'),
        after: commit('c0ffee'),
        title: 'Answer reversals that arrive first',
        author: 'Lin Wei',
        committedAt: at(11),
      },
      'git',
    ),
    entry(run, 9.9, 'run.created', {
      number,
      ref: 'main',
      commit: commit('c0ffee'),
      beforeCommit: commit('57ab1e'),
      title: 'x',
      source: 'push',
      deliver: true,
      planDigest: digest('ab'),
      policyRef: 'main',
      policyCommit: commit('57ab1e'),
      policyDigest: digest('9d'),
      jobs: ['install', 'unit', 'lint', 'sbom', 'secrets', 'package'],
    }),
    entry(run, 9, 'job.started', { job: 'unit', attempt: 1, runnerId: 'runner-1', isolation: 'uid' }, 'runner-1'),
    entry(
      run,
      8.2,
      'job.finished',
      {
        job: 'unit',
        stage: 'test',
        attempt: 1,
        outcome: failed ? 'failed' : 'success',
        reason: failed ? 'script failed' : null,
        exitCode: failed ? 1 : 0,
        durationMs: 48_000,
      },
      'runner-1',
    ),
    entry(run, 8, 'evidence.recorded', {
      evidenceId: 'evidence-tests',
      name: 'tests',
      fact: 'tests',
      format: 'junit',
      tool: 'vitest 5.1.1',
      job: 'unit',
      summary: {},
    }),
    entry(run, 7, 'gate.decided', {
      gate: 'quality',
      verdictId: 'v',
      decision: failed ? 'closed' : 'open',
      clauses: [],
      sentence: failed
        ? both('tests-pass and no-secrets do not hold.', 'tests-pass 与 no-secrets 未通过。')
        : both('All 4 clauses hold.', '4 条规则全部通过。'),
    }),
  ]
}

function baseRun(id: string, number: number, failed: boolean): RunView {
  return {
    id,
    number,
    project: 'card',
    ref: 'main',
    commit: commit('c0ffee'),
    title: 'Answer reversals that arrive before their authorisation, and keep them until it comes',
    author: 'Lin Wei',
    source: 'push',
    status: 'success',
    delivery: 'delivering',
    sentence: both(
      'Production gives 50 % of its requests to 2026.11.23-7.',
      '生产环境将 50% 的请求交给 2026.11.23-7。',
    ),
    createdAt: at(10),
    finishedAt: at(6),
    unisolated: false,
    parent: null,
    deliver: true,
    trigger: { kind: 'person', id: 'lin' },
    policy: { ref: 'main', commit: commit('57ab1e'), digest: digest('9d3c') },
    planDigest: digest('ab'),
    stages: [
      {
        name: 'build',
        jobs: [
          job('install', 'build', 'success', { artifacts: [{ type: 'archive', files: 812, sizeBytes: 18_400_000 }] }),
        ],
      },
      {
        name: 'test',
        jobs: [
          job('unit', 'test', failed ? 'failed' : 'success', { needs: ['install'] }),
          job('lint', 'test', 'success'),
        ],
      },
      {
        name: 'scan',
        jobs: [job('sbom', 'scan', 'success'), job('secrets', 'scan', 'success', { allowFailure: true })],
      },
      {
        name: 'package',
        jobs: [
          job(
            'package',
            'package',
            failed ? 'skipped' : 'success',
            failed ? { stateReason: { en: 'gate "quality" is closed', zh: '门禁“quality”已关闭' } } : {},
          ),
        ],
      },
    ],
    excluded: [
      {
        name: 'nightly-load-test',
        stage: 'test',
        reasons: [
          {
            kind: 'no-match',
            text: 'no rule matched',
            position: { path: '.gitlab-ci.yml', line: 70, column: 3 },
            values: { CI_PIPELINE_SOURCE: 'push' },
          },
        ],
      },
    ],
    evidence: allEvidence(failed),
    refusedReports: [],
    resourceGroups: [],
    gates: [
      {
        name: 'quality',
        after: 'scan',
        state: failed ? 'closed' : 'open',
        verdict: {
          id: `verdict-${id}`,
          runId: id,
          gate: 'quality',
          decision: failed ? 'closed' : 'open',
          policy: { ref: 'main', commit: commit('57ab1e'), digest: digest('9d3c') },
          subject: { name: 'card', digest: { gitCommit: commit('c0ffee') } },
          clauses: clauses(failed),
          at: at(7),
          sentence: failed
            ? both('Closed: tests-pass and no-secrets do not hold.', '拦截：tests-pass 与 no-secrets 未通过。')
            : both('Open: all 4 clauses hold.', '放行：4 条规则全部通过。'),
        },
      },
    ],
    release: failed
      ? null
      : {
          ...candidate,
          commit: commit('c0ffee'),
          title: 'Answer reversals that arrive first',
          runId: id,
          runNumber: number,
          createdAt: at(6),
          files: 64,
          sizeBytes: 1_240_000,
        },
    deployments: [],
    environments: [staging, productionWithCanary],
    log: log(id, number, failed),
  }
}

export function canaryRun(): RunView {
  return {
    ...baseRun('run-canary', 7, false),
    deployments: [
      {
        id: 'deployment-staging',
        environment: 'staging',
        tier: 'staging',
        strategy: 'recreate',
        state: 'promoted',
        sentence: both(
          'staging runs 2026.11.23-7; its health check answered after 640 ms.',
          'staging 已运行 2026.11.23-7，健康检查在 640 毫秒后通过。',
        ),
        release: candidate,
        previous: stable,
        startedAt: at(6),
        finishedAt: at(5.8),
        weight: 100,
        steps: [],
        current: null,
      },
      {
        id: 'deployment-production',
        environment: 'production',
        tier: 'production',
        strategy: 'canary',
        state: 'running',
        sentence: both(
          '50 % of the requests go to 2026.11.23-7; 71 of 100 requests seen.',
          '50% 的请求转到 2026.11.23-7；已观察 71/100 个请求。',
        ),
        release: candidate,
        previous: stable,
        startedAt: at(5),
        finishedAt: null,
        weight: 50,
        steps: [
          { weight: 10, state: 'passed', startedAt: at(5), judgement: good },
          { weight: 50, state: 'running', startedAt: at(2), judgement: null },
          { weight: 100, state: 'waiting', startedAt: null, judgement: null },
        ],
        current: watching,
      },
    ],
  }
}

/** A run of a repository of several services, of which two are built by children. */
export function parentRun(): RunView {
  const base = baseRun('run-parent', 8, false)
  const began = { job: 'payments', attempt: 1, childRunId: 'run-child', number: 9 }
  return {
    ...base,
    title: 'Build each service by its own pipeline',
    status: 'running',
    delivery: 'waiting',
    sentence: both('4 of 6 jobs have ended.', '6 个作业中 4 个已结束。'),
    finishedAt: null,
    stages: [
      { name: 'build', jobs: [job('generate', 'build', 'success')] },
      {
        name: 'services',
        jobs: [
          triggerJob('payments', 'running', { number: 9, status: 'running', finishedAt: null }, 'depend', {
            stateReason: both('its child waits for a person', '子流水线等待人工操作'),
          }),
          triggerJob('statements', 'failed', { number: 10, status: 'failed', finishedAt: at(6) }, 'mirror', {
            allowFailure: true,
            stateReason: both('its child failed: job "lint" failed', '子流水线失败：作业“lint”失败'),
          }),
          triggerJob('docs', 'success', { number: 11, status: 'success', finishedAt: at(7) }, null),
          triggerJob('partner', 'waiting', null, 'depend', {
            stateReason: both('waits for its child to be created', '等待创建子流水线'),
          }),
        ],
      },
      { name: 'package', jobs: [job('package', 'package', 'created')] },
    ],
    evidence: [],
    gates: base.gates.map((gate) => ({ ...gate, state: 'waiting', verdict: null })),
    release: null,
    log: [
      entry('run-parent', 8, 'child.begun', began),
      entry('run-parent', 6, 'child.ended', {
        ...began,
        job: 'statements',
        childRunId: 'run-10',
        number: 10,
        status: 'failed',
        reason: 'job "lint" failed',
      }),
    ],
  }
}

function triggerJob(
  name: string,
  state: JobView['state'],
  child: { number: number; status: RunView['status']; finishedAt: string | null } | null,
  strategy: 'depend' | 'mirror' | null,
  more: Partial<JobView> = {},
): JobView {
  const link = child && { ...child, runId: child.number === 9 ? 'run-child' : `run-${child.number}`, startedAt: at(8) }
  return job(name, 'services', state, { attempts: [], downstream: { strategy, child: link }, ...more })
}

export function childRun(): RunView {
  return {
    ...baseRun('run-child', 9, false),
    title: 'Build each service by its own pipeline',
    source: 'parent_pipeline',
    status: 'running',
    delivery: 'none',
    deliver: false,
    sentence: both('The jobs are running.', '作业正在运行。'),
    finishedAt: null,
    parent: { runId: 'run-parent', number: 8, job: 'payments' },
    stages: [
      { name: 'test', jobs: [job('unit', 'test', 'success')] },
      { name: 'approve', jobs: [job('sign off', 'approve', 'manual')] },
    ],
    excluded: [],
    evidence: [],
    gates: [],
    release: null,
    log: [],
  }
}

export function abortedRun(): RunView {
  const base = baseRun('run-aborted', 6, false)
  return {
    ...base,
    title:
      '调整可用额度的计算顺序：先扣除未入账的预授权，再合并当日撤销与冲正，避免同一笔交易在高并发下被重复计入占用额度',
    author: '陈晓明',
    ref: 'feature/available-amount-order-of-holds-and-reversals',
    delivery: 'stopped',
    unisolated: true,
    sentence: both(
      'Taken back at 10 %: the new version answered 25 % of its requests with a server error. The stable version kept serving.',
      '在 10% 时撤回：新版本 25% 的请求返回服务端错误，稳定版持续提供服务。',
    ),
    createdAt: at(300),
    finishedAt: at(290),
    deployments: [
      {
        id: 'deployment-aborted',
        environment: 'production',
        tier: 'production',
        strategy: 'canary',
        state: 'aborted',
        sentence: bad.sentence,
        release: release('2026.11.22-6', 'bad0'),
        previous: stable,
        startedAt: at(292),
        finishedAt: at(291),
        weight: 0,
        steps: [
          { weight: 10, state: 'failed', startedAt: at(292), judgement: bad },
          { weight: 50, state: 'waiting', startedAt: null, judgement: null },
          { weight: 100, state: 'waiting', startedAt: null, judgement: null },
        ],
        current: null,
      },
    ],
  }
}

export function closedRun(): RunView {
  return {
    ...baseRun('run-closed', 5, true),
    title: 'Keep an early reversal',
    status: 'failed',
    delivery: 'stopped',
    sentence: both(
      'Stopped by gate "quality": 1 of 148 tests failed.',
      '被门禁 quality 拦停：148 个测试中有 1 个失败。',
    ),
    createdAt: at(2000),
    finishedAt: at(1995),
    refusedReports: [
      {
        name: 'sbom',
        job: 'sbom',
        path: 'reports/bom.json',
        code: 'EVIDENCE_TOO_LARGE',
        message: 'Cannot read report "reports/bom.json": it has 41 MB; at most 20 MB are read',
      },
    ],
  }
}

export function liveRun(): RunView {
  return {
    ...baseRun('run-live', 8, false),
    title: 'Raise the limit of open authorisations',
    status: 'running',
    delivery: 'waiting',
    sentence: both('3 of 6 jobs have ended.', '6 个作业中 3 个已结束。'),
    createdAt: at(1),
    finishedAt: null,
    release: null,
    evidence: [],
    stages: [
      { name: 'build', jobs: [job('install', 'build', 'success')] },
      { name: 'test', jobs: [job('unit', 'test', 'running'), job('lint', 'test', 'success')] },
      { name: 'scan', jobs: [job('sbom', 'scan', 'success'), job('secrets', 'scan', 'pending')] },
      {
        name: 'package',
        jobs: [
          job('package', 'package', 'created'),
          job('load-test', 'package', 'waiting_for_resource', {
            needs: ['install'],
            resourceGroup: 'test bench',
            stateReason: both(
              'waits for resource group "test bench": held by job "load-test" of run 7',
              '等待资源组“test bench”：正由运行 #7 的作业“load-test”占用',
            ),
          }),
        ],
      },
    ],
    resourceGroups: [
      {
        name: 'test bench',
        processMode: 'oldest_first',
        holder: { runId: 'run-canary', runNumber: 7, job: 'load-test', state: 'held' },
        line: [
          { runId: 'run-live', runNumber: 8, job: 'load-test', state: 'waiting' },
          { runId: 'run-next', runNumber: 9, job: 'load-test', state: 'upcoming' },
        ],
      },
    ],
    gates: [{ name: 'quality', after: 'scan', state: 'waiting', verdict: null }],
  }
}

const figure = (
  value: number | null,
  unit: FigureView['unit'],
  n: number,
  reason: Sentence | null = null,
): FigureView => ({
  value,
  unit,
  n,
  reason,
  percentiles: unit === 'ms' && value !== null ? { p50: value, p75: value * 1.6, p90: value * 3.1 } : null,
  entries: [],
})

export function project(runs: RunView[]): ProjectView {
  return {
    slug: 'card',
    name: '数字信用卡 Digital credit card',
    defaultBranch: 'main',
    environments: [staging, productionWithCanary, renamed],
    lastRun: runs[0] ?? null,
    runs,
    dora: {
      windowMs: 30 * 86_400_000,
      leadTime: figure(745_000, 'ms', 12),
      deploymentFrequency: figure(0.4, 'per-day', 12),
      failedDeploymentRecoveryTime: figure(
        null,
        'ms',
        0,
        both('No deployment to production has failed in this time.', '此期间没有失败的生产部署。'),
      ),
      changeFailRate: figure(1 / 12, 'ratio', 12),
      deploymentReworkRate: figure(0, 'ratio', 12),
    },
    releases: [
      {
        ...candidate,
        commit: commit('c0ffee'),
        title: 'Answer reversals that arrive first',
        runId: 'run-canary',
        runNumber: 7,
        createdAt: at(6),
        files: 64,
        sizeBytes: 1_240_000,
      },
      {
        ...stable,
        commit: commit('57ab1e'),
        title: '开户接口支持幂等键',
        runId: 'run-aborted',
        runNumber: 4,
        createdAt: at(4000),
        files: 63,
        sizeBytes: 1_180_000,
      },
    ],
  }
}

export function emptyProject(): ProjectView {
  const none = (unit: FigureView['unit']) =>
    figure(null, unit, 0, both('No deployment to production yet.', '尚无生产部署。'))
  return {
    ...project([]),
    slug: 'fresh',
    name: 'A project that was just registered',
    environments: [],
    lastRun: null,
    releases: [],
    dora: {
      windowMs: 30 * 86_400_000,
      leadTime: none('ms'),
      deploymentFrequency: none('per-day'),
      failedDeploymentRecoveryTime: none('ms'),
      changeFailRate: none('ratio'),
      deploymentReworkRate: none('ratio'),
    },
  }
}

function criterion(id: string, level: number, state: CriterionState, text: Sentence, reason: Sentence): CriterionView {
  const proven = state === 'met' || state === 'partial'
  return {
    id,
    level,
    mode: 'A',
    text,
    state,
    reason,
    heldSince: state === 'met' ? at(20_000) : null,
    evidence: proven
      ? [
          {
            kind: 'evidence',
            id: 'evidence-tests',
            runId: 'run-canary',
            text: both('Run #7: 148 tests, none failed', '运行 #7：148 个测试，无失败'),
          },
          { kind: 'run', id: 'run-aborted', runId: 'run-aborted', text: both('Run #6', '运行 #6') },
        ]
      : [],
  }
}

export function maturity(): MaturityView {
  return {
    model: {
      id: 'YD/T 3763.3',
      edition: '2021',
      note: both('Wording is our own; no assessment body was involved.', '条文为自行表述，未经评估机构评定。'),
    },
    windowMs: 90 * 86_400_000,
    assessedAt: at(1),
    counts: { met: 2, partial: 1, not_met: 1, unknown: 1 },
    levels: [
      { number: 2, name: both('repeatable', '可重复级') },
      { number: 3, name: both('managed', '可管理级') },
    ],
    overall: {
      strictMin: 1,
      share: 0.4,
      sentence: both(
        '2 of 5 criteria are met; three to go for level 2 in every item.',
        '5 项准则中满足 2 项；各能力项达到 2 级还差 3 项。',
      ),
    },
    domains: [
      {
        id: 'BCI',
        name: both('Build and continuous integration', '构建与持续集成'),
        items: [
          {
            id: 'BCI-BP-BM',
            name: both('Build method', '构建方式'),
            grade: 2,
            next: both('Keep the build’s recipe in one place for every project.', '所有项目的构建脚本集中维护。'),
            criteria: [
              criterion(
                'BCI-BP-BM-L2-1',
                2,
                'met',
                both('The build runs by a script, without steps by hand.', '构建由脚本完成，无需手工步骤。'),
                both('12 of 12 runs were built by the pipeline.', '12 次运行均由流水线构建。'),
              ),
              criterion(
                'BCI-BP-BM-L3-1',
                3,
                'partial',
                both(
                  'Build results are versioned and can be traced to their source.',
                  '构建产物有版本，并可追溯到源码。',
                ),
                both('2 of 3 releases name their commit.', '3 个发布版本中 2 个可追溯。'),
              ),
            ],
          },
        ],
      },
      {
        id: 'TM',
        name: both('Test management', '测试管理'),
        items: [
          {
            id: 'TM-CQ-QR',
            name: both('Quality rules', '质量规约'),
            grade: 1,
            next: both('Decide a gate on every change.', '对每个变更执行门禁。'),
            criteria: [
              criterion(
                'TM-CQ-QR-L2-1',
                2,
                'met',
                both('Code rules are written down and checked by a tool.', '有成文的代码规约并由工具检查。'),
                both('Every run has a code scan.', '每次运行都有代码扫描。'),
              ),
              criterion(
                'TM-CQ-QR-L3-1',
                3,
                'not_met',
                both('A change that breaks the rules does not go on.', '违反规约的变更不能继续。'),
                both('Run #3 went on without a verdict.', '运行 #3 在没有结论的情况下继续。'),
              ),
              criterion(
                'TM-CQ-QR-L3-2',
                3,
                'unknown',
                both('Rules are reviewed regularly.', '定期评审规约。'),
                both('Sluice sees no record of it.', 'Sluice 没有相关记录。'),
              ),
            ],
          },
        ],
      },
    ],
  }
}

const esc = '\u001b'

/** A log as a runner writes it: sections, colours, and `lines` lines of tests. */
export function jobLog(lines: number): string {
  const section = (kind: 'start' | 'end', atS: number, name: string) => `section_${kind}:${atS}:${name}\r${esc}[0K`
  return [
    `${section('start', 1000, 'prepare')}${esc}[36;1mPreparing the workspace${esc}[0;m`,
    'Restored cache npm-4be1 (18.4 MB)',
    `${section('end', 1003, 'prepare')}${section('start', 1003, 'script')}${esc}[36;1mRunning the script${esc}[0;m`,
    `${esc}[32;1m$ npx vitest run --coverage${esc}[0m`,
    ...Array.from(
      { length: lines },
      (_, index) =>
        ` ${esc}[32m✓${esc}[39m ledger › balance stays zero in case ${index + 1} ${esc}[33m${index % 40}ms${esc}[39m`,
    ),
    `${esc}[31m ✗ reverse › order of arrival${esc}[0m  a line that is long enough to be wrapped on every phone and on most desks as well, because it quotes the whole request: {"account":"acc_01JD","amount":{"minor":10000,"currency":"CNY"},"idempotencyKey":"5f1e9b0c-7d55-4a0e-9c1f-2f8a1c77"}`,
    `${section('end', 1048, 'script')}Job ended`,
    '',
  ].join('\n')
}
