import type { Plan } from '@sluice/contracts/plan'
import { compile } from '@sluice/pipeline'
import { pushToMain } from '@sluice/pipeline/testing'
import { expect, test } from 'vitest'
import { renderGraphSvg } from '../graph/render-graph-svg.ts'
import { renderGraphText } from '../graph/render-graph-text.ts'
import { isInTree } from './is-in-tree.ts'
import { renderExplain } from './render-explain.ts'
import { renderPlanTable } from './render-plan-table.ts'
import { treeWarnings } from './tree-warnings.ts'

const texts = {
  '.gitlab-ci.yml': `
generate: { stage: build, script: make }
child: { variables: { A: b }, trigger: { include: child.yml, strategy: mirror } }
later: { trigger: { include: [{ artifact: a.yml, job: generate }] } }
none: { trigger: { include: none.yml } }
other: { trigger: { project: group/other, branch: main } }
`,
  'child.yml':
    'unit: { script: x, image: a, artifacts: { paths: [a], public: false } }\ninner: { trigger: { include: inner.yml } }\n',
  'inner.yml': 'deep: { script: x }\nout: { script: x, rules: [{ if: $NO }] }\n',
  'none.yml': 'a: { script: x, rules: [{ if: $NO }] }\n',
}

function plan(): Plan {
  const request = { project: 'card', trigger: pushToMain, path: '.gitlab-ci.yml', variables: [], predefined: [] }
  const files = Object.keys(texts)
  const result = compile({ ...request, changedPaths: null, files }, new Map(Object.entries(texts)))
  if (result.kind !== 'plan') throw new Error(JSON.stringify(result))
  return result.plan
}

test('the table shows children below, further in, and says why one is not known', () => {
  const [, ...sections] = renderPlanTable(plan(), { colour: false, width: 120 }).split('\n\n')
  expect(sections).toEqual([
    [
      'warning: .gitlab-ci.yml:5:29: job "none" will fail: its child cannot be created: none of its jobs runs for this change',
      'warning: .gitlab-ci.yml:6:30: job "other" will fail: triggers another project, which cannot be reached from here',
    ].join('\n'),
    [
      'child: ends as its child does (mirror)',
      '  STAGE  JOB    NEEDS           WHEN        WHY',
      '  test   unit   earlier stages  on_success  no rules: runs with when: on_success',
      '  test   inner  earlier stages  on_success  no rules: runs with when: on_success',
    ].join('\n'),
    '  warning: child.yml:1:55: artifacts:public of job "unit": all who see the project see its artifacts here',
    [
      '  inner: does not wait for its child',
      '    STAGE  JOB   NEEDS           WHEN        WHY',
      '    test   deep  earlier stages  on_success  no rules: runs with when: on_success',
    ].join('\n'),
    '    Not in the plan:\n    test  out  no rule matched: rules[0] did not match: $NO',
    'later: its child is known when job "generate" has run',
    ['none: its child cannot be created: none of its jobs runs for this change', '  No job runs for this change.'].join(
      '\n',
    ),
    '  Not in the plan:\n  test  a  no rule matched: rules[0] did not match: $NO',
    'other: triggers project group/other at main, which cannot be reached from here',
  ])
})

test('a job of a child is explained by its name behind that of the job that begins it', () => {
  expect(renderExplain(plan(), 'child').split('\n').slice(0, 4)).toEqual([
    'child is in the plan: stage test, when: on_success; waits for all jobs of earlier stages',
    '  ends as its child does (mirror)',
    '  jobs of its child: unit, inner',
    '  variables that go with it: A',
  ])
  expect(renderExplain(plan(), 'child/inner/out').split('\n')[0]).toBe('out is not in the plan (stage test)')
  expect(renderExplain(plan(), 'child/uint')).toContain('nearest name: "unit"')
  expect(['child/inner/deep', 'child/uint', 'later/a'].map((name) => isInTree(plan(), name))).toEqual([
    true,
    false,
    false,
  ])
})

test('the graph has children beneath', () => {
  const text = renderGraphText(plan(), { colour: false, width: 80 })
  expect(text).toContain(
    'child: ends as its child does (mirror)\n  test\n  ─────\n  unit\n  inner\n\n  inner: does not',
  )
  expect(text).toContain('\n\nlater: its child is known when job "generate" has run\n\n')
  const picture = renderGraphSvg(plan())
  for (const name of ['deep', 'unit', 'later: its child is known when job &quot;generate&quot; has run'])
    expect(picture).toContain(`>${name}</text>`)
})

test('the warnings of children are told with those of the pipeline', () => {
  expect(treeWarnings(plan()).map(({ position }) => position?.path)).toEqual([
    '.gitlab-ci.yml',
    '.gitlab-ci.yml',
    'child.yml',
  ])
})
