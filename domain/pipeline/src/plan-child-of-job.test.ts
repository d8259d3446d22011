import type { PlanJob } from '@sluice/contracts/plan'
import { describe, expect, test } from 'vitest'
import { requestOf } from '../testing/compile-text.ts'
import { memorySourceTree } from '../testing/memory-source-tree.ts'
import { childOfJob } from './child-of-job.ts'
import { compileFrom } from './compile-from.ts'
import type { CompileRequest } from './compile-request.ts'
import { planChildOfJob } from './plan-child-of-job.ts'

const good = 'inner: { script: x }'

/** The first job of a pipeline. */
async function triggerOf(pipeline: string): Promise<PlanJob> {
  const tree = memorySourceTree({ '.gitlab-ci.yml': pipeline, 'child.yml': good })
  const result = await compileFrom(requestOf(), tree)
  const job = result.kind === 'plan' ? result.plan.jobs[0] : undefined
  if (job === undefined) throw new Error(JSON.stringify(result))
  return job
}

/** What becomes of the child of a job that has its turn, when its file is `child`. */
async function begin(pipeline: string, child: string, { pipelines = 1, parent = requestOf() } = {}): Promise<unknown> {
  const tree = memorySourceTree({ 'child.yml': child })
  const compile = ({ files: _files, ...request }: CompileRequest) => compileFrom(request, tree)
  const planned = await planChildOfJob(parent, await triggerOf(pipeline), { variables: [], pipelines }, compile)
  return 'refused' in planned ? planned.refused : planned.plan.jobs.map(({ name }) => name)
}

const own = 'down: { trigger: { include: child.yml } }'

describe('planChildOfJob()', () => {
  test('plans the child by the files that are there when its job has its turn', async () => {
    expect(await begin(own, 'a: { script: x }\nb: { script: x }')).toEqual(['a', 'b'])
  })

  test.each<[string, string, string]>([
    ['of another project', 'down: { trigger: group/other }', 'project "group/other" cannot be reached from here'],
    ['without a job', own, 'none of its jobs runs for this change'],
    [
      'with a mistake',
      own,
      'child.yml:1:1: Cannot plan job "a": it has no script; wanted script, or a name that begins with "."',
    ],
    [
      'with three mistakes',
      own,
      'child.yml:1:1: Cannot plan job "a": it has no script; wanted script, or a name that begins with ".", and 2 more',
    ],
  ])('says of a child %s why there is none', async (what, pipeline, refused) => {
    const files: Record<string, string> = {
      'without a job': 'a: { script: x, rules: [{ if: $NO }] }',
      'with a mistake': 'a: { stage: test }',
      'with three mistakes': 'a: { stage: test }\nb: { stage: test }\nc: { stage: test }',
    }
    expect(await begin(pipeline, files[what] ?? good)).toBe(refused)
  })

  test('hands over all the mistakes', async () => {
    const tree = memorySourceTree({ 'child.yml': 'a: { stage: test }\nb: { stage: test }' })
    const start = { variables: [], pipelines: 1 }
    const planned = await planChildOfJob(requestOf(), await triggerOf(own), start, ({ files: _files, ...request }) =>
      compileFrom(request, tree),
    )
    expect(planned).toMatchObject({ mistakes: [{ place: { line: 1 } }, { place: { line: 2 } }] })
  })

  test('begins the last pipeline that a tree may have, and none beyond it', async () => {
    expect(await begin(own, good, { pipelines: 999 })).toEqual(['inner'])
    expect(await begin(own, good, { pipelines: 1000 })).toBe('there are 1000 pipelines already')
  })

  test('reads no file of a child that is below too many levels', async () => {
    const job = await triggerOf(own)
    let parent = requestOf()
    for (const depth of [1, 2]) {
      const child = childOfJob(parent, job, { variables: [] })
      if ('refused' in child) throw new Error(`${depth}: ${child.refused}`)
      parent = child
    }
    const refused = { refused: 'it would be below 2 levels of children; wanted 2 at most' }
    const start = { variables: [], pipelines: 3 }
    expect(await planChildOfJob(parent, job, start, () => Promise.reject(new Error('read')))).toEqual(refused)
  })

  test('throws for a job that begins nothing', async () => {
    const job = await triggerOf('build: { script: x }')
    expect(() => childOfJob(requestOf(), job, { variables: [] })).toThrow('job "build" begins no child')
  })
})

describe('a child that wants a resource group', () => {
  const wants = 'wants: { script: x, resource_group: device }'
  const blocked = 'its job "wants" waits for resource group "device", which is held until the child has ended'
  const holds = 'down: { resource_group: device, trigger: { include: child.yml, strategy: depend } }'
  const mirrors = 'down: { resource_group: device, trigger: { include: child.yml, strategy: mirror } }'
  const begins = 'down: { resource_group: device, trigger: { include: child.yml } }'
  const waits = 'down: { trigger: { include: child.yml, strategy: depend } }'

  test.each<[string, string[], unknown]>([
    ['its job holds', [holds], blocked],
    ['its job holds, as it mirrors', [mirrors], blocked],
    ['a job above its own holds', [holds, waits], blocked],
    ['its job gives back at once', [begins], ['wants']],
    ['nobody above holds', [waits, waits], ['wants']],
    ['is held above for a run that does not wait for it', [holds, own], ['wants']],
    ['a job above gave back at once', [begins, waits], ['wants']],
  ])('that %s', async (_, lineage, expected) => {
    const [first = '', second] = lineage
    if (second === undefined) return expect(await begin(first, wants)).toEqual(expected)
    const parent = childOfJob(requestOf(), await triggerOf(first), { variables: [] })
    if ('refused' in parent) throw new Error(parent.refused)
    expect(await begin(second, wants, { parent })).toEqual(expected)
  })

  test('is refused for what is held above where a run ends only after all its children', async () => {
    const start = { variables: [], outlivesChildren: true, pipelines: 1 }
    const tree = memorySourceTree({ 'child.yml': wants })
    const parent = childOfJob(requestOf(), await triggerOf(holds), start)
    if ('refused' in parent) throw new Error(parent.refused)
    const compile = ({ files: _files, ...request }: CompileRequest) => compileFrom(request, tree)
    expect(await planChildOfJob(parent, await triggerOf(own), start, compile)).toEqual({ refused: blocked })
    const free = await planChildOfJob(requestOf(), await triggerOf(begins), start, compile)
    expect(free).not.toHaveProperty('refused')
  })
})
