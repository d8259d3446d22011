import { expect, it } from 'vitest'
import { comparisonRows } from './rollout-rows.ts'

const stable = { requests: 1200, errors: 0, errorRate: 0, latencyP50Ms: 8.04, latencyP95Ms: 21 }
const none = { requests: 0, errors: 0, errorRate: null, latencyP50Ms: null, latencyP95Ms: null }

it('comparisonRows() marks where the new version does clearly worse, not where it differs by little', () => {
  const rows = comparisonRows(
    stable,
    { requests: 130, errors: 33, errorRate: 0.2538, latencyP50Ms: 8.01, latencyP95Ms: 64 },
    'en',
  )
  expect(rows.map((row) => [row.key, row.stable, row.canary, row.worse])).toEqual([
    ['requests', '1,200', '130', false],
    ['errors', '0', '33', false],
    ['errorRate', '0 %', '25.4 %', true],
    ['p50', '8 ms', '8 ms', false],
    ['p95', '21 ms', '64 ms', true],
  ])
  expect(comparisonRows({ ...stable, latencyP50Ms: 8.01 }, { ...stable, latencyP50Ms: 8.8 }, 'en')[3]?.worse).toBe(
    false,
  )
})

it('comparisonRows() writes a dash where a version got no request', () => {
  const rows = comparisonRows(stable, none, 'en')
  expect(rows.map((row) => row.canary)).toEqual(['0', '0', '–', '–', '–'])
  expect(rows.some((row) => row.worse)).toBe(false)
})
