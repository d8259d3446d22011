import { compile } from '@sluice/pipeline'
import { pushToMain } from '@sluice/pipeline/testing'
import { expect, test } from 'vitest'
import { refuseChildren } from './refuse-children.ts'

function planOf(text: string) {
  const request = { project: 'card', trigger: pushToMain, path: '.gitlab-ci.yml', variables: [], predefined: [] }
  const files = ['.gitlab-ci.yml', 'child.yml']
  const texts = { '.gitlab-ci.yml': text, 'child.yml': 'a: { script: x }' }
  const result = compile({ ...request, changedPaths: null, files }, new Map(Object.entries(texts)))
  if (result.kind !== 'plan') throw new Error(JSON.stringify(result))
  return result.plan
}

test('a plan with trigger jobs is refused with their names', () => {
  const plan = planOf('a: { script: x }\nb: { parallel: 5, trigger: { include: child.yml } }')
  expect(() => refuseChildren(plan)).toThrow(
    expect.objectContaining({
      code: 'PIPELINE_TRIGGERS',
      status: 422,
      message:
        'Cannot run commit 11111111: "b 1/5", "b 2/5", "b 3/5" and 2 more begin other pipelines by trigger; wanted a pipeline without trigger on the server',
    }),
  )
})

test('one without them is not, nor one whose trigger jobs do not run for this change', () => {
  expect(() => refuseChildren(planOf('a: { script: x }'))).not.toThrow()
  const out = 'a: { script: x }\nb: { trigger: { include: child.yml }, rules: [{ if: $NO }] }'
  expect(() => refuseChildren(planOf(out))).not.toThrow()
})
