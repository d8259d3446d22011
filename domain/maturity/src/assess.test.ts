import fc from 'fast-check'
import { logBuilder, logStartMs } from '@sluice/dora/testing/log-builder.ts'
import { describe, expect, test } from 'vitest'
import { addDelivery, firstDelivery, type DeliveryVariant } from '../testing/first-delivery.ts'
import { assess, type AssessedCriterion, type Assessment } from './assess.ts'
import { supersededBy } from './supersession.ts'

const criteriaOf = (assessment: Assessment): Map<string, AssessedCriterion> =>
  new Map(assessment.domains.flatMap(({ items }) => items.flatMap(({ criteria }) => criteria.map((c) => [c.id, c]))))
const assessLog = (log: ReturnType<typeof logBuilder>): Assessment => assess({ entries: log.entries, now: log.nowMs })
const stateAfter = (variant: DeliveryVariant, id: string): string | undefined =>
  criteriaOf(assessLog(firstDelivery(variant))).get(id)?.state

describe('an empty log', () => {
  const assessment = assess({ entries: [], now: logStartMs })

  test('leaves every criterion unknown and every grade at 1', () => {
    expect(assessment.counts).toEqual({ met: 0, not_met: 0, partial: 0, unknown: 291 })
    for (const { items } of assessment.domains) for (const { grade } of items) expect(grade).toBe(1)
    expect(assessment.overall).toMatchObject({ strictMin: 1, share: 1 })
  })

  test('says that it is a self-assessment and unofficial, in both languages', () => {
    expect(assessment.overall.sentence.en).toContain('Self-assessed against YD/T 3763.3, unofficial')
    expect(assessment.overall.sentence.zh).toContain('非官方自评')
  })
})

describe('one first delivery', () => {
  const assessment = assessLog(firstDelivery())
  const criteria = criteriaOf(assessment)

  test.each([
    ['BCI-BP-BM-2a'],
    ['BCI-CI-IS-2a'],
    ['BCI-CI-IM-2a'],
    ['BCI-CI-IM-3a'],
    ['BCI-CI-IM-4a'],
    ['TM-CQ-QR-3c'],
    ['TM-CQ-TM-2a'],
    ['TM-CQ-TM-3a'],
    ['TM-AT-AE-3a'],
    ['TM-AT-AE-3b'],
    ['CM-VC-VCS-2a'],
    ['CM-VC-VCS-3a'],
    ['CM-VC-AM-2a'],
    ['CM-VC-AM-2c'],
    ['CM-VC-AM-2d'],
    ['CM-VC-AM-3b'],
    ['CM-VC-SSOT-2a'],
    ['CM-VC-SSOT-3a'],
    ['CM-CM-CT-2b'],
    ['DRM-DRM-DM-2a'],
    ['DRM-DRM-DM-2b'],
    ['DRM-DRM-DM-3a'],
    ['DRM-DRM-DP-3a'],
    ['DRM-DRM-DP-3b'],
    ['DRM-DRM-DS-2b'],
    ['DRM-DRM-DS-2d'],
    ['DRM-DRM-DS-3c'],
    ['DRM-DRM-DS-4b'],
  ])('meets %s, with evidence and a time', (id) => {
    const criterion = criteria.get(id)
    expect(criterion?.state).toBe('met')
    expect(criterion?.evidence.length).toBeGreaterThan(0)
    expect(Date.parse(criterion?.heldSince ?? '')).toBeLessThanOrEqual(Date.parse(assessment.assessedAt))
    expect(criterion?.reason.zh).toMatch(/[一-龥]/)
  })

  test.each([['CM-VC-VCS-2b'], ['CM-CM-CT-2a']])('proves only the working part of %s', (id) => {
    expect(criteria.get(id)?.state).toBe('partial')
    expect(criteria.get(id)?.heldSince).toBeNull()
  })

  test.each([
    ['CM-VC-VCS-3e'],
    ['DRM-DRM-DQ-2a'],
    ['DRM-DRM-DQ-2b'],
    ['BCI-CI-IM-4c'],
    ['DRM-DRM-DS-2a'],
    ['EM-EM-ET-2a'],
  ])('leaves %s unknown', (id) => {
    expect(criteria.get(id)?.state).toBe('unknown')
  })

  test('claims no more than the log tells: the whole stays at level 1', () => {
    expect(assessment.overall.strictMin).toBe(1)
    expect(assessment.counts.unknown).toBeGreaterThan(240)
  })

  test('grades an item by all criteria of its levels', () => {
    const grades = new Map(assessment.domains.flatMap(({ items }) => items.map(({ id, grade }) => [id, grade])))
    expect(grades.get('DRM-DRM-DM')).toBe(3)
    expect(grades.get('CM-VC-SSOT')).toBe(3)
    expect(grades.get('CM-VC-VCS')).toBe(1)
  })

  test('names the nearest next steps first', () => {
    const sizes = assessment.next.map(({ missing }) => missing.length)
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b))
    expect(assessment.next.find(({ item }) => item === 'CM-VC-VCS')).toMatchObject({
      level: 2,
      missing: [{ criterion: 'CM-VC-VCS-2b', state: 'partial' }],
    })
  })
})

describe('what the log lacks is not claimed', () => {
  test.each<[string, DeliveryVariant, string, string]>([
    ['a run without a push', { pushed: false }, 'CM-VC-VCS-2a', 'not_met'],
    ['a digest that is not the release’s', { productionDigest: 'sha256:x' }, 'CM-VC-AM-2d', 'not_met'],
    ['another digest in production', { productionDigest: 'sha256:x' }, 'DRM-DRM-DP-3b', 'not_met'],
    ['a digest that nobody checked', { digestVerified: false }, 'CM-VC-SSOT-3a', 'not_met'],
    ['settings inside the release', { settings: 0 }, 'DRM-DRM-DS-3c', 'not_met'],
    ['clauses that do not name their evidence', { clausesNameEvidence: false }, 'TM-CQ-QR-3c', 'unknown'],
    ['clauses that do not name their evidence', { clausesNameEvidence: false }, 'TM-CQ-TM-3a', 'unknown'],
    ['no report of a scan', { scans: false }, 'TM-CQ-QR-3c', 'not_met'],
    ['no report of a scan', { scans: false }, 'TM-CQ-TM-3a', 'not_met'],
    ['a gate that stayed closed', { gate: 'closed' }, 'TM-CQ-TM-3a', 'unknown'],
    ['unit tests alone', { tests: ['unit-tests'] }, 'TM-AT-AE-3a', 'partial'],
    ['tests of no named layer', { tests: ['tests'] }, 'TM-AT-AE-3a', 'unknown'],
    ['no tests', { tests: [] }, 'CM-VC-AM-3b', 'not_met'],
    ['a gate that held a version back', { gate: 'closed' }, 'BCI-CI-IM-4c', 'met'],
    ['a rollout taken back by analysis', { outcome: 'aborted' }, 'DRM-DRM-DQ-2b', 'met'],
    ['a rollout taken back by analysis', { outcome: 'aborted' }, 'DRM-DRM-DQ-4a', 'met'],
  ])('%s', (_, variant, id, wanted) => {
    expect(stateAfter(variant, id)).toBe(wanted)
  })

  test.each([['CM-VC-VCS-3a'], ['CM-VC-SSOT-3a'], ['DRM-DRM-DS-3c']])(
    'entries without the field leave %s unknown',
    (id) => {
      const criteria = criteriaOf(assessLog(addDelivery(logBuilder())))
      expect(criteria.get(id)?.state).toBe('unknown')
    },
  )

  test('a failure rate needs twenty deployments', () => {
    const log = logBuilder()
    for (let change = 1; change <= 20; change += 1) {
      if (change === 20) expect(criteriaOf(assessLog(log)).get('DRM-DRM-DQ-3a')?.state).toBe('unknown')
      addDelivery(log, { change, settings: 1, digestVerified: true, outcome: change === 9 ? 'aborted' : 'promoted' })
    }
    expect(criteriaOf(assessLog(log)).get('DRM-DRM-DQ-3a')?.state).toBe('met')
  })

  test('from twenty on the threshold decides; below, none may be missing', () => {
    const build = (count: number, withoutPush: number): string | undefined => {
      const log = logBuilder()
      for (let change = 1; change <= count; change += 1)
        addDelivery(log, { change, tests: change <= withoutPush ? [] : ['unit'] })
      return criteriaOf(assessLog(log)).get('TM-TH-TO-3a')?.state
    }
    expect(build(19, 1)).toBe('not_met')
    expect(build(20, 2)).toBe('met')
    expect(build(20, 3)).toBe('not_met')
  })

  test('what lies before the window is not counted', () => {
    const log = firstDelivery()
    const later = assess({ entries: log.entries, now: log.nowMs + 91 * 86_400_000 })
    expect(later.counts.met).toBe(0)
  })

  test('a break sets the time back since which a criterion has held', () => {
    const log = logBuilder()
    addDelivery(log, { change: 1, pushed: false })
    log.wait(91 * 86_400_000)
    const secondStartMs = log.nowMs
    addDelivery(log, { change: 2 })
    const since = criteriaOf(assessLog(log)).get('CM-VC-VCS-2a')?.heldSince
    expect(Date.parse(since ?? '')).toBeGreaterThanOrEqual(secondStartMs)
  })
})

describe('for any log', () => {
  const anyVariant = fc.record({
    pushed: fc.boolean(),
    gate: fc.constantFrom('open', 'open', 'closed' as const),
    clausesNameEvidence: fc.boolean(),
    settings: fc.nat(2),
    digestVerified: fc.boolean(),
    tests: fc.subarray(['unit-tests', 'api-tests', 'tests']),
    outcome: fc.constantFrom('promoted', 'aborted' as const),
  })
  const anyLog = fc.array(anyVariant, { minLength: 1, maxLength: 4 }).map((variants) => {
    const log = logBuilder()
    variants.forEach((variant, place) => addDelivery(log, { ...variant, change: place + 1 }))
    return log
  })
  const worth = { not_met: 0, unknown: 0, partial: 1, met: 2 }

  test('taking away what a claim stands on never raises it', () => {
    fc.assert(
      fc.property(anyLog, fc.nat(), fc.nat(), (log, pick, drop) => {
        const claims = [...criteriaOf(assessLog(log)).values()].filter(({ evidence }) => evidence.length > 0)
        const claim = claims[pick % Math.max(claims.length, 1)]
        if (claim === undefined) return
        const { seq } = claim.evidence[drop % claim.evidence.length]!
        const entries = log.entries.filter((entry) => entry.seq !== seq)
        const after = criteriaOf(assess({ entries, now: log.nowMs })).get(claim.id)!
        expect(worth[after.state]).toBeLessThanOrEqual(worth[claim.state])
      }),
      { numRuns: 60 },
    )
  })

  test('unknown, partial and not met never count as met', () => {
    fc.assert(
      fc.property(anyLog, (log) => {
        const assessment = assessLog(log)
        for (const { items } of assessment.domains) {
          for (const { grade, criteria } of items) {
            const upToGrade = criteria.filter(({ level }) => level <= grade)
            expect(upToGrade.every(({ state }) => state === 'met')).toBe(true)
          }
        }
        const { met, not_met, partial, unknown } = assessment.counts
        expect(met + not_met + partial + unknown).toBe(291)
      }),
      { numRuns: 30 },
    )
  })

  test('every claim has evidence, and only what is met has a time', () => {
    fc.assert(
      fc.property(anyLog, (log) => {
        for (const { state, evidence, heldSince } of criteriaOf(assessLog(log)).values()) {
          expect(heldSince === null).toBe(state !== 'met')
          if (state === 'met' || state === 'partial') expect(evidence.length).toBeGreaterThan(0)
        }
      }),
      { numRuns: 30 },
    )
  })

  test('the order of the entries does not matter', () => {
    fc.assert(
      fc.property(anyLog, (log) => {
        const turned = assess({ entries: log.entries.toReversed(), now: log.nowMs })
        expect(turned).toEqual(assessLog(log))
      }),
      { numRuns: 20 },
    )
  })
})

test('every replaced criterion and its replacement are in the model', () => {
  const known = criteriaOf(assess({ entries: [], now: logStartMs }))
  for (const [lower, higher] of Object.entries(supersededBy)) {
    for (const id of [lower, ...higher]) expect(known.has(id), id).toBe(true)
  }
})

test('a child run is no run of its own: it needs no reports, and its reports are not those of its run', () => {
  const child = (log: ReturnType<typeof logBuilder>, name: string) => {
    const created = log.entries.find((entry) => entry.kind === 'run.created')
    if (created === undefined) throw new Error('the log has no run')
    const parent = { runId: created.runId ?? '', number: 1, job: 'down', attempt: 1 }
    log.add('run.created', { ...created.payload, number: 9, source: 'parent_pipeline', parent }, name)
    log.add('job.started', { job: 'a', attempt: 1, runnerId: 'runner-1', isolation: 'uid' }, name)
    const made = {
      evidenceId: `${name}-tests`,
      name: 'junit',
      fact: 'tests',
      format: 'junit',
      tool: 't',
      job: 'a',
    } as const
    log.add('evidence.recorded', { ...made, summary: {} }, name)
    log.add('run.finished', { status: 'success', reason: null }, name)
    return log
  }
  const statesOf = (log: ReturnType<typeof logBuilder>) =>
    new Map([...criteriaOf(assessLog(log))].map(([id, { state }]) => [id, state]))
  expect(statesOf(child(firstDelivery(), 'child'))).toEqual(statesOf(firstDelivery()))
  const without = { tests: [] }
  expect(statesOf(child(firstDelivery(without), 'child'))).toEqual(statesOf(firstDelivery(without)))
})
