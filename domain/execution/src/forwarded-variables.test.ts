import type { PlanJob, PlanVariable } from '@sluice/contracts/plan'
import { expect, it } from 'vitest'
import { forwardedVariables } from './forwarded-variables.ts'

const dotenv = [
  { key: 'VERSION', value: '1.2' },
  { key: 'GIVEN', value: 'report' },
]
const variables: PlanVariable[] = [
  { key: 'VERSION', value: '0' },
  { key: 'NAME', value: 'v0', written: 'v$VERSION' },
]
const going: PlanVariable[] = [
  { key: 'IMAGE', value: 'app:v0', written: 'app:$NAME', masked: true },
  { key: 'LATER', value: '$VERSION-${NOTHING}$$x' },
  { key: 'RAW', value: '$VERSION', raw: true },
  { key: 'VERSION', value: '0' },
]
const filled = [
  { key: 'IMAGE', value: 'app:v1.2', masked: true },
  { key: 'LATER', value: '1.2-$$x' },
  { key: 'RAW', value: '$VERSION', raw: true },
]

function forwarded(forwardsPipelineVariables: boolean): PlanVariable[] {
  const place = { path: 'a.yml', line: 1, column: 1 }
  const target = { kind: 'child', include: 'a.yml', place } as const
  const job: Pick<PlanJob, 'variables' | 'downstream'> = {
    variables,
    downstream: { forwardsPipelineVariables, variables: going, target },
  }
  return forwardedVariables(job, dotenv, new Set(['GIVEN']))
}

it('forwardedVariables() fills in what reports say, and nothing for what nobody says', () => {
  expect(forwarded(false)).toEqual([...filled, { key: 'VERSION', value: '0' }])
})

it('forwardedVariables() hands on the reports where variables of the pipeline go with the child', () => {
  expect(forwarded(true)).toEqual([...filled, { key: 'VERSION', value: '1.2' }])
})

it('forwardedVariables() hands on no endless text, however often variables name a report', () => {
  const place = { path: 'a.yml', line: 1, column: 1 }
  const target = { kind: 'child', include: 'a.yml', place } as const
  const many = Array.from({ length: 300 }, (_, index): PlanVariable => {
    const value = '$A'.repeat(index % 2 === 0 ? 1000 : 30_000)
    return { key: `V${index}`, value, ...(index % 3 === 0 ? { written: value } : {}) }
  })
  const job = { variables: many, downstream: { forwardsPipelineVariables: false, variables: many, target } }
  const made = forwardedVariables(job, [{ key: 'A', value: 'x'.repeat(5000) }], new Set())
  const length = made.reduce((sum, { value }) => sum + value.length, 0)
  expect(length).toBeLessThan(2 * 1_048_576 + many.reduce((sum, { value }) => sum + value.length, 0))
})
