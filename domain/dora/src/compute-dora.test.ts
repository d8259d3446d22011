import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addDeployment, logBuilder, logStartMs, type BuiltDeployment } from '../testing/log-builder.ts'
import { computeDora, type DoraFigures } from './compute-dora.ts'
import type { Figure } from './figure.ts'

const dayMs = 86_400_000
const received = (minutes: number, commit = `c${minutes}`): { commit: string; receivedAt: string } => ({
  commit,
  receivedAt: new Date(logStartMs + minutes * 60_000).toISOString(),
})
const figuresOf = (built: BuiltDeployment[], options: { windowMs?: number; later?: number } = {}): DoraFigures => {
  const log = logBuilder()
  for (const deployment of built) addDeployment(log, deployment)
  const { windowMs = 90 * dayMs, later = 0 } = options
  return computeDora(log.entries, { now: log.nowMs + later, windowMs })
}
const allFigures = (figures: DoraFigures): Figure[] =>
  Object.values(figures).filter((value): value is Figure => typeof value === 'object')

describe('an empty log', () => {
  test('has no figures, and each says why', () => {
    const figures = allFigures(computeDora([], { now: logStartMs }))
    expect(figures).toHaveLength(6)
    for (const { value, reason, n } of figures) {
      expect(value).toBeNull()
      expect(reason?.zh).toMatch(/[一-龥]/)
      expect(n).toBe(0)
    }
  })
})

describe('lead time', () => {
  test('runs from the receive time of each commit to the end of the deployment', () => {
    const { leadTime } = figuresOf([{ id: 'd1', release: 'r1', commits: [received(0), received(1, 'c-late')] }])
    expect(leadTime).toMatchObject({ value: 0, n: 2, percentiles: { p50: 0, p75: 60_000, p90: 60_000 }, entries: [2] })
  })

  test('counts a commit once, at its first promotion', () => {
    const commits = [received(0, 'c')]
    const { leadTime } = figuresOf([
      { id: 'd1', release: 'r1', outcome: 'aborted', weights: [10], commits },
      { id: 'd2', release: 'r1', commits },
      { id: 'd3', release: 'r2', commits },
    ])
    expect(leadTime).toMatchObject({ value: 5 * 60_000, n: 1, entries: [6] })
  })

  test('a receive time that is none lowers the coverage', () => {
    const { leadTime } = figuresOf([
      { id: 'd1', release: 'r1', commits: [received(0), { commit: 'x', receivedAt: 'never' }] },
    ])
    expect(leadTime).toMatchObject({ n: 1, coverage: 0.5 })
  })

  test('other tiers do not count', () => {
    const { leadTime } = figuresOf([{ id: 'd1', release: 'r1', environment: 'staging', commits: [received(0)] }])
    expect(leadTime.value).toBeNull()
  })
})

describe('deployment frequency', () => {
  test('counts distinct releases over the observed days, at least one', () => {
    const built = [
      { id: 'd1', release: 'r1' },
      { id: 'd2', release: 'r1' },
      { id: 'd3', release: 'r2' },
    ]
    expect(figuresOf(built).deploymentFrequency).toMatchObject({ value: 2, n: 2 })
    const later = figuresOf(built, { later: 10 * dayMs }).deploymentFrequency
    expect(later.value).toBeCloseTo(0.2, 2)
  })

  test('is zero, not absent, where a log has entries and no promotion', () => {
    const built: BuiltDeployment[] = [{ id: 'd1', release: 'r1', outcome: 'failed' }]
    expect(figuresOf(built).deploymentFrequency).toMatchObject({ value: 0, n: 0 })
  })

  test('leaves out what lies before the window', () => {
    const figures = figuresOf([{ id: 'd1', release: 'r1' }], { windowMs: dayMs, later: 2 * dayMs })
    expect(figures.deploymentFrequency.value).toBe(0)
    expect(figures.changeFailRate.value).toBeNull()
  })
})

describe('failures', () => {
  const bad: BuiltDeployment = { id: 'd2', release: 'r2', outcome: 'aborted', weights: [10, 50], previous: 'r1' }

  test('a canary aborted after taking traffic fails the change, and recovers when the rollout ends', () => {
    const figures = figuresOf([{ id: 'd1', release: 'r1' }, bad])
    expect(figures.changeFailRate).toMatchObject({ value: 0.5, n: 2 })
    expect(figures.failedDeploymentRecoveryTime).toMatchObject({ value: 60_000, n: 1 })
    expect(figures.deploymentRunFailureRate).toMatchObject({ value: 0.5, n: 2 })
  })

  test('a deployment that failed before taking traffic is a failed run and no failed change', () => {
    const figures = figuresOf([
      { id: 'd1', release: 'r1' },
      { id: 'd2', release: 'r2', outcome: 'failed' },
    ])
    expect(figures.changeFailRate).toMatchObject({ value: 0, n: 1 })
    expect(figures.deploymentRunFailureRate).toMatchObject({ value: 0.5, n: 2 })
  })

  test('a promotion of an earlier release is a rollback of what ran', () => {
    const figures = figuresOf([
      { id: 'd1', release: 'r1' },
      { id: 'd2', release: 'r2', previous: 'r1' },
      { id: 'd3', release: 'r1', previous: 'r2' },
    ])
    expect(figures.changeFailRate.value).toBeCloseTo(1 / 3)
    expect(figures.failedDeploymentRecoveryTime).toMatchObject({ value: 120_000, n: 1 })
    expect(figures.deploymentReworkRate).toMatchObject({ value: 0.5, n: 2 })
  })

  test('the deployment after a failed one is rework', () => {
    const figures = figuresOf([{ id: 'd1', release: 'r1' }, bad, { id: 'd3', release: 'r3', previous: 'r1' }])
    expect(figures.deploymentReworkRate).toMatchObject({ value: 0.5, n: 2 })
  })

  test('one deployment alone says nothing on rework, and says so', () => {
    const { deploymentReworkRate } = figuresOf([{ id: 'd1', release: 'r1' }])
    expect(deploymentReworkRate.value).toBeNull()
    expect(deploymentReworkRate.reason?.en).toContain('follows another')
  })
})

describe('for any history', () => {
  const anyDeployment = fc.record({
    release: fc.constantFrom('r1', 'r2', 'r3', 'r4'),
    environment: fc.constantFrom('production', 'staging'),
    outcome: fc.constantFrom('promoted', 'aborted', 'failed' as const),
    weights: fc.subarray([10, 50, 100]),
    commits: fc.array(fc.nat(50).map((minutes) => received(minutes))),
  })
  const anyHistory = fc
    .array(anyDeployment, { maxLength: 12 })
    .map((built) => built.map((deployment, place) => ({ ...deployment, id: `d${place}` })))

  test('a value stands beside no reason, a ratio within 0…1, and the entries are of the log', () => {
    fc.assert(
      fc.property(anyHistory, (built) => {
        for (const { value, reason, unit, entries, coverage } of allFigures(figuresOf(built))) {
          expect(value === null).toBe(reason !== null)
          if (value !== null) expect(value).toBeGreaterThanOrEqual(0)
          if (unit === 'ratio' && value !== null) expect(value).toBeLessThanOrEqual(1)
          if (coverage !== null) expect(coverage).toBeLessThanOrEqual(1)
          expect(entries).toEqual([...new Set(entries)].toSorted((a, b) => a - b))
        }
      }),
    )
  })

  test('the order of the entries does not matter', () => {
    fc.assert(
      fc.property(anyHistory, (built) => {
        const log = logBuilder()
        for (const deployment of built) addDeployment(log, deployment)
        const now = log.nowMs
        expect(computeDora(log.entries.toReversed(), { now })).toEqual(computeDora(log.entries, { now }))
      }),
    )
  })

  test('deployments to other tiers change nothing but the time observed', () => {
    fc.assert(
      fc.property(anyHistory, (built) => {
        const log = logBuilder()
        for (const deployment of built) addDeployment(log, deployment)
        const isOther = (seq: number): boolean => {
          const { payload } = log.entries[seq - 1]!
          return 'environment' in payload && payload.environment === 'staging'
        }
        const own = log.entries.filter(({ seq }) => !isOther(seq))
        const rates = (figures: DoraFigures): Figure[] => [
          figures.leadTime,
          figures.changeFailRate,
          figures.deploymentReworkRate,
        ]
        expect(rates(computeDora(own, { now: log.nowMs }))).toEqual(rates(computeDora(log.entries, { now: log.nowMs })))
      }),
    )
  })
})
