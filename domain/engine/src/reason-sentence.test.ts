import type { PlanJob } from '@sluice/contracts/plan'
import { expect, test } from 'vitest'
import { childJobOf, jobOf, needs, planOf } from '../testing/plan-of.ts'
import { createRunState } from './create-run-state.ts'
import { decide } from './decide.ts'
import { reasonSentence } from './reason-sentence.ts'
import type { RunEvent } from './run-state.ts'

test.each([
  ['', ''],
  ['gate "quality" is closed', '门禁“quality”已关闭'],
  ['waits for job "a "b""', '等待作业“a "b"”'],
  ['waits for resource group "g", held by job "a"', '等待资源组“g”，目前由作业“a”占用'],
  ['waits for resource group "g"', '等待资源组“g”'],
  ['canceled for run 12 of a newer commit', '已取消：运行 #12 对应更新的提交'],
  ['canceled as job "a" failed', '因作业“a”失败而取消'],
  ['job "a" was skipped', '作业“a”已跳过'],
  ['script_failure: exit code 137', '脚本失败：退出码 137'],
  ['script_failure: exit code 254, on a full disk', '脚本失败：退出码 254（磁盘已满）'],
  ['runner_system_failure, on a full disk', '执行器系统故障（磁盘已满）'],
  ['runner_system_failure', '执行器系统故障'],
  ['tried again after script_failure: attempt 1 of 3 failed', '因“脚本失败”重试：第 1 次尝试失败，最多 3 次'],
  ['its child failed: job "a" failed', '子流水线失败：作业“a”失败'],
  [
    'its child cannot be created: none of its jobs runs for this change',
    '无法创建子流水线：这次变更不运行其中任何作业',
  ],
  [
    'its child cannot be created: project "group/other" cannot be reached from here',
    '无法创建子流水线：从这里无法访问项目“group/other”',
  ],
  ['its child cannot be created: there are 1000 pipelines already', '无法创建子流水线：已有 1000 条流水线'],
  [
    'its child cannot be created: it would be below 2 levels of children; wanted 2 at most',
    '无法创建子流水线：它将位于 2 层子流水线之下，而最多允许 2 层',
  ],
  [
    'its child cannot be created: its job "a" waits for resource group "g", which is held until the child has ended',
    '无法创建子流水线：其作业“a”等待资源组“g”，而该组在子流水线结束之前一直被占用',
  ],
  ['its child cannot be created: the disk is away', '无法创建子流水线：the disk is away'],
  ['canceled with run 12, which began it', '随发起它的运行 #12 一并取消'],
  ['canceled by session:1', '由 session:1 取消'],
  ['constructor', 'constructor'],
  ['something that nobody said before', 'something that nobody said before'],
])('%j in Chinese', (en, zh) => {
  expect(reasonSentence(en)).toEqual({ en, zh })
})

const mayFail: Partial<PlanJob> = { allowFailure: true, needs: [] }

/** Every sentence that the engine says on the way of a run with something of everything. */
function said(): Set<string> {
  const plan = planOf([
    jobOf('shaky', 'build', { retry: { max: 1, when: [], exitCodes: [] } }),
    jobOf('held', 'build', { resourceGroup: 'g' }),
    jobOf('holds', 'build', { resourceGroup: 'g' }),
    jobOf('mends', 'test', { when: 'on_failure' }),
    jobOf('asks', 'test', { when: 'manual', allowFailure: true }),
    jobOf('answers', 'test', { needs: needs('asks') }),
    jobOf('breaks', 'test'),
    jobOf('fills', 'test'),
    jobOf('after', 'test', { needs: needs('breaks') }),
    jobOf('last', 'deploy'),
    ...['fails', 'stops', 'skips', 'cannot', 'waits'].map((name) => childJobOf(name, 'test', 'depend', mayFail)),
  ])
  const ended = (job: string, attempt = 1, exitCode = 0): RunEvent => ({
    kind: 'job.finished',
    payload: { job, attempt, outcome: exitCode === 0 ? 'success' : 'failed', reason: 'script_failure', exitCode },
  })
  const filled = { outcome: 'failed', reason: 'script_failure', exitCode: 3, isDiskFull: true } as const
  const ofChild = (job: string) => ({ job, attempt: 1 })
  const events: RunEvent[] = [
    { kind: 'run.begun' },
    ...['fails', 'stops', 'skips', 'waits'].map((job): RunEvent => ({
      kind: 'child.begun',
      payload: { ...ofChild(job), runId: job },
    })),
    { kind: 'child.refused', payload: { ...ofChild('cannot'), reason: 'none of its jobs runs for this change' } },
    { kind: 'child.waits', payload: { ...ofChild('waits'), isWaiting: true } },
    { kind: 'child.ended', payload: { ...ofChild('fails'), status: 'failed', reason: null } },
    { kind: 'child.ended', payload: { ...ofChild('stops'), status: 'canceled', reason: null } },
    { kind: 'child.ended', payload: { ...ofChild('skips'), status: 'skipped', reason: null } },
    { kind: 'child.ended', payload: { ...ofChild('waits'), status: 'success', reason: null } },
    ended('shaky', 1, 1),
    ended('shaky', 2),
    { kind: 'resource.granted', payload: { job: 'held', attempt: 1 } },
    ended('held'),
    { kind: 'resource.granted', payload: { job: 'holds', attempt: 1 } },
    ended('holds'),
    ended('breaks', 1, 2),
    { kind: 'job.finished', payload: { job: 'fills', attempt: 1, ...filled } },
    { kind: 'gate.decided', payload: { gate: 'quality', decision: 'closed' } },
  ]
  const found = new Set<string>()
  let state = createRunState('run', plan, [{ name: 'quality', after: 'test' }])
  for (const event of events) {
    state = decide(state, event, 0).state
    for (const { reason } of Object.values(state.jobs)) if (reason !== '') found.add(reason)
  }
  return found
}

test('whatever the engine says of a job has its Chinese', () => {
  const sentences = [...said()]
  expect(sentences.length).toBeGreaterThan(8)
  expect(sentences).toContain('script_failure: exit code 3, on a full disk')
  expect(sentences.filter((sentence) => reasonSentence(sentence).zh === sentence)).toEqual([])
})
