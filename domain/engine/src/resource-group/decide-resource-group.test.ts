import type { ProcessMode } from '@sluice/contracts/resource-group'
import { processModes } from '@sluice/contracts/resource-group'
import { seededChance } from '@sluice/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideResourceGroup } from './decide-resource-group.ts'
import { lineOf } from './line-of.ts'
import { newResourceGroup, type ResourceClaim, type ResourceGroup, type ResourceGroupEvent } from './resource-group.ts'

const claim = (run: number, state: 'upcoming' | 'waiting', job = 'deploy', attempt = 1): ResourceGroupEvent => ({
  kind: 'claimed',
  claim: { runId: `r${run}`, runNumber: run, job, attempt, state },
})
const waits = (run: number, job?: string, attempt?: number) => claim(run, 'waiting', job, attempt)
const comes = (run: number, job?: string) => claim(run, 'upcoming', job)
const release = (run: number, job = 'deploy'): ResourceGroupEvent => ({ kind: 'released', runId: `r${run}`, job })
const mode = (chosen: ProcessMode): ResourceGroupEvent => ({ kind: 'mode-chosen', mode: chosen })

/** @returns the runs that got the group, in order */
function play(events: ResourceGroupEvent[]): { group: ResourceGroup; got: string[] } {
  let group = newResourceGroup
  const got: string[] = []
  for (const event of events) {
    const step = decideResourceGroup(group, event)
    group = step.group
    if (step.granted !== null) got.push(`${step.granted.runId} ${step.granted.job}#${step.granted.attempt}`)
  }
  return { group, got }
}

const runsOf = (got: string[]): string[] => got.map((one) => one.slice(0, 2))

describe('decideResourceGroup()', () => {
  /** GitLab's own example: three runs, `build` before `deploy`; they are ready in the order 1, 3, 2, while 1 deploys. */
  const example = [comes(1), comes(2), comes(3), waits(1), waits(3), waits(2), release(1)]

  test.each<[ProcessMode, string[]]>([
    ['unordered', ['r1', 'r3', 'r2']],
    ['oldest_first', ['r1', 'r2', 'r3']],
    ['newest_first', ['r3', 'r2', 'r1']],
    ['newest_ready_first', ['r1', 'r3', 'r2']],
  ])('%s gives the group to one run after the other', (chosen, order) => {
    const all = [mode(chosen), ...example, ...order.map((run) => release(Number(run[1])))]
    // `newest_first` holds run 1 back until runs 3 and 2 have ended.
    const events = chosen === 'newest_first' ? all.filter((event) => event !== example.at(-1)) : all
    expect(runsOf(play(events).got)).toEqual(order)
  })

  test.each<[ProcessMode, string[]]>([
    ['unordered', ['r2']],
    ['oldest_first', []],
    ['newest_first', []],
    ['newest_ready_first', ['r2']],
  ])('%s with a job to come in an older and in a newer run', (chosen, got) => {
    expect(runsOf(play([mode(chosen), comes(1), comes(3), waits(2)]).got)).toEqual(got)
  })

  test('the newest that is ready goes before older ones that waited longer', () => {
    const { got } = play([mode('newest_ready_first'), waits(1), waits(2), waits(4), waits(3), release(1), release(4)])
    expect(runsOf(got)).toEqual(['r1', 'r4', 'r3'])
  })

  test.each(processModes)('%s: of one run the job that is ready goes before one to come', (chosen) => {
    const { got } = play([mode(chosen), comes(1, 'last'), waits(1, 'first')])
    expect(got).toEqual(['r1 first#1'])
  })

  test('what is to come no more lets the next one in', () => {
    const events = [mode('oldest_first'), comes(1), waits(2)]
    expect(play(events).got).toEqual([])
    expect(play([...events, release(1)]).got).toEqual(['r2 deploy#1'])
  })

  test('another mode lets in whom it puts first', () => {
    expect(play([mode('oldest_first'), comes(1), waits(2), mode('unordered')]).got).toEqual(['r2 deploy#1'])
  })

  test('a further attempt gives the group back and stands at the end', () => {
    const { got } = play([waits(1), waits(2), waits(1, 'deploy', 2), release(2)])
    expect(got).toEqual(['r1 deploy#1', 'r2 deploy#1', 'r1 deploy#2'])
  })

  test.each<[string, ResourceGroupEvent[]]>([
    ['a claim of the holder', [waits(1), waits(1)]],
    ['a claim of who waits', [waits(1), waits(2), waits(2)]],
    ['an older attempt', [waits(1, 'deploy', 2), waits(1, 'deploy', 1)]],
    ['the end of who wants nothing', [waits(1), release(2)]],
    ['the mode that it has', [waits(1), mode('unordered')]],
  ])('%s changes nothing', (_, events) => {
    const before = play(events.slice(0, -1)).group
    const after = decideResourceGroup(before, events.at(-1) as ResourceGroupEvent)
    expect(after).toEqual({ group: before, granted: null })
  })
})

describe('decideResourceGroup(): properties over random runs and orders', () => {
  const runs = 5
  const jobs = ['a', 'b']

  /** Random claims, ends and modes, each told once or twice; then all that is to come asks, and every holder ends. */
  function simulate(seed: number): { events: ResourceGroupEvent[]; last: ResourceGroup; granted: ResourceClaim[] } {
    const chance = seededChance(seed)
    const below = (limit: number): number => Math.floor(chance.next() * limit)
    const attempts = new Map<string, number>()
    const events: ResourceGroupEvent[] = []
    const granted: ResourceClaim[] = []
    let group = newResourceGroup
    const tell = (event: ResourceGroupEvent): void => {
      for (let time = chance.next() < 0.2 ? 2 : 1; time > 0; time--) {
        const step = decideResourceGroup(group, event)
        checkStep(group, step.group, step.granted)
        group = step.group
        events.push(event)
        if (step.granted !== null) granted.push(step.granted)
      }
    }
    for (let turn = 0; turn < 40; turn++) {
      const [run, job] = [1 + below(runs), jobs[below(jobs.length)] ?? 'a']
      const key = `${run} ${job}`
      const kind = below(10)
      if (kind === 0) tell(mode(processModes[below(processModes.length)] ?? 'unordered'))
      else if (kind < 4) {
        tell(release(run, job))
        attempts.set(key, (attempts.get(key) ?? 0) + 1)
      } else tell(claim(run, kind < 6 ? 'upcoming' : 'waiting', job, (attempts.get(key) ?? 0) + 1))
    }
    for (const one of group.claims)
      if (one.state === 'upcoming') tell({ kind: 'claimed', claim: { ...one, state: 'waiting' } })
    for (let held = holder(group); held !== undefined; held = holder(group))
      tell({ kind: 'released', runId: held.runId, job: held.job })
    return { events, last: group, granted }
  }

  const holder = ({ claims }: ResourceGroup) => claims.find(({ state }) => state === 'held')

  function checkStep(
    before: ResourceGroup,
    { mode: chosen, claims }: ResourceGroup,
    granted: ResourceClaim | null,
  ): void {
    expect(claims.filter(({ state }) => state === 'held').length).toBeLessThanOrEqual(1)
    expect(new Set(claims.map(({ runId, job }) => `${runId} ${job}`)).size).toBe(claims.length)
    const group = { version: 1, mode: chosen, claims } as const
    if (holder(group) === undefined) expect(lineOf(group)[0]?.state).not.toBe('waiting')
    if (granted === null) return
    const waiting = claims.filter(({ state }) => state === 'waiting').map(({ runNumber }) => runNumber)
    const others = claims.filter(({ state }) => state !== 'held').map(({ runNumber }) => runNumber)
    if (chosen === 'oldest_first') expect(Math.min(granted.runNumber, ...others)).toBe(granted.runNumber)
    if (chosen === 'newest_first') expect(Math.max(granted.runNumber, ...others)).toBe(granted.runNumber)
    if (chosen === 'newest_ready_first') expect(Math.max(granted.runNumber, ...waiting)).toBe(granted.runNumber)
    const held = holder(before)
    if (held?.runId === granted.runId && held.job === granted.job) expect(granted.attempt).toBeGreaterThan(held.attempt)
  }

  test('one holds it at most, the mode decides who is next, and nobody waits for ever', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(simulate(seed).last.claims).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test('no attempt gets it twice', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const got = simulate(seed).granted.map(({ runId, job, attempt }) => `${runId} ${job}#${attempt}`)
        expect(new Set(got).size).toBe(got.length)
      }),
      { numRuns: 300 },
    )
  })

  test('the same events lead to the same state, also from a state that was stored in between', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(60), (seed, at) => {
        const { events, last } = simulate(seed)
        let group = newResourceGroup
        for (const [index, event] of events.entries()) {
          if (index === at) group = JSON.parse(JSON.stringify(group)) as ResourceGroup
          group = decideResourceGroup(group, event).group
        }
        expect(group).toEqual(last)
      }),
      { numRuns: 100 },
    )
  })
})
