import { seededChance } from '@sluice/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sampleEnvironment, sampleRollout } from '../testing/sample-rollout.ts'
import { noFaults, SimulatedHost, type Faults, type SimulationEnd } from '../testing/simulated-host.ts'
import { advance } from './advance.ts'
import { environmentFor } from './environment-for.ts'
import type { RolloutCommand, RolloutEvent, RolloutInput } from './rollout.ts'
import { start } from './start.ts'

const simulate = (input: RolloutInput, faults: Partial<Faults> = {}, seed = 1): SimulationEnd =>
  new SimulatedHost(input, seededChance(seed), { ...noFaults, ...faults }).run()

const tables = (commands: RolloutCommand[]): string[] =>
  commands.flatMap((command) =>
    command.kind === 'set-weights'
      ? [command.site.backends.map(({ id, weight }) => `${id.split('.')[0]}.${id.split('.')[1]}=${weight}`).join(' ')]
      : [],
  )

const records = (commands: RolloutCommand[]): string[] =>
  commands.flatMap((command) => (command.kind === 'record' ? [command.id] : []))

describe('a canary', () => {
  test('goes weight by weight, then alone, then stops the old one', () => {
    const end = simulate(sampleRollout())
    expect(tables(end.commands)).toEqual([
      'd1.candidate=100',
      'd2.candidate=10 d1.candidate=90',
      'd2.candidate=50 d1.candidate=50',
      'd2.candidate=100 d1.candidate=0',
      'd2.candidate=100',
    ])
    expect(end.state.phase).toMatchObject({ kind: 'finished', outcome: 'promoted' })
    expect(end.alive).toEqual(['d2.candidate'])
    expect(records(end.commands)).toEqual([
      'd2/record/stepped/10',
      'd2/record/judged/10',
      'd2/record/stepped/50',
      'd2/record/judged/50',
      'd2/record/stepped/100',
      'd2/record/judged/100',
      'd2/record/finished',
    ])
  })

  test('that is bad is taken back at the first step, while the old one serves on', () => {
    const end = simulate(sampleRollout(), { candidateErrorRate: 0.2 })
    expect(tables(end.commands)).toEqual(['d1.candidate=100', 'd2.candidate=10 d1.candidate=90', 'd1.candidate=100'])
    expect(end.state.phase).toMatchObject({ kind: 'finished', outcome: 'aborted' })
    expect(end.alive).toEqual(['d1.candidate'])
    const sentence = end.state.phase.kind === 'finished' ? end.state.phase.sentence : null
    expect(sentence?.en).toMatch(
      /taken back from production: at 10 % of the requests the judge said: Fail: \d+ of \d+ requests/,
    )
    expect(sentence?.en).toMatch(/Release 1 serves all of production\.$/)
    expect(sentence?.zh).toContain('已从 production 撤回')
  })

  test('without enough requests is taken back when its time is over: never a pass', () => {
    const end = simulate(sampleRollout(), { requests: 1 })
    expect(end.state.phase).toMatchObject({ kind: 'finished', outcome: 'aborted' })
    expect(end.state.phase.kind === 'finished' && end.state.phase.sentence.en).toContain('no decision within 60 s')
  })

  test('that is the first release is compared with a second instance of itself', () => {
    const end = simulate(sampleRollout({ previous: null }))
    expect(tables(end.commands)).toEqual([
      'd2.candidate=10 d2.baseline=90',
      'd2.candidate=50 d2.baseline=50',
      'd2.candidate=100 d2.baseline=0',
      'd2.candidate=100',
    ])
    expect(end.alive).toEqual(['d2.candidate'])
    expect(end.state.lastJudgement?.sentence.en).toContain('the baseline is a second instance of the same release')
  })

  test('that is the first release and bad leaves the site empty', () => {
    const end = simulate(sampleRollout({ previous: null }), { candidateErrorRate: 0.5 })
    expect(end.state.phase).toMatchObject({ kind: 'finished', outcome: 'aborted' })
    expect(end.table.backends).toEqual([])
    expect(end.alive).toEqual([])
  })

  test('whose migration fails starts nothing', () => {
    const end = simulate(sampleRollout(), { migrateFails: 1 })
    expect(end.state.phase).toMatchObject({ kind: 'finished', outcome: 'failed' })
    expect(end.commands.some((command) => 'instanceId' in command && command.instanceId === 'd2.candidate')).toBe(false)
    expect(end.alive).toEqual(['d1.candidate'])
  })

  test('counts anew where the router began its counters anew', () => {
    const counters = (requests: number): RolloutEvent[] =>
      [0].map((index) => ({
        kind: 'observed',
        commandId: `d2/step-10/observe/${index}`,
        counters: ['d1.candidate', 'd2.candidate'].map((id) => ({
          id,
          requests,
          errors: 0,
          latencyBoundsMs: [null],
          latencyCounts: [requests],
        })),
      }))
    let { state } = atFirstObservation()
    for (const [index, requests] of [5000, 100, 150, 250].entries()) {
      for (const event of counters(requests)) {
        const commandId = `d2/step-10/observe/${index}`
        state = advance(state, { ...event, commandId } as RolloutEvent, 1000 * index).state
      }
    }
    expect(state.lastJudgement).toMatchObject({ result: 'pass', canary: { requests: 150 } })
  })
})

function atFirstObservation(): ReturnType<typeof advance> {
  const events: RolloutEvent[] = [
    { kind: 'begun' },
    {
      kind: 'instance-started',
      commandId: 'd2/securing/start-instance/stable',
      instanceId: 'd1.candidate',
      port: 1,
      pid: 1,
    },
    { kind: 'healthy', commandId: 'd2/securing/check-health/stable', instanceId: 'd1.candidate' },
    { kind: 'weights-set', commandId: 'd2/securing/set-weights/8', generation: 8 },
    { kind: 'migrated', commandId: 'd2/migrating/migrate' },
    {
      kind: 'instance-started',
      commandId: 'd2/starting/start-instance/candidate',
      instanceId: 'd2.candidate',
      port: 2,
      pid: 2,
    },
    { kind: 'healthy', commandId: 'd2/starting/check-health/candidate', instanceId: 'd2.candidate' },
    { kind: 'weights-set', commandId: 'd2/step-10/set-weights/9', generation: 9 },
  ]
  let turn: ReturnType<typeof advance> = { state: start(sampleRollout()), commands: [] }
  for (const event of events) turn = advance(turn.state, event, 0)
  return turn
}

describe('losses and returns', () => {
  test('after a crash it asks again for what is pending, under the same ids', () => {
    const { state, commands } = atFirstObservation()
    const alive = [
      { instanceId: 'd1.candidate', port: 1, pid: 1 },
      { instanceId: 'd2.candidate', port: 2, pid: 2 },
    ]
    const again = advance(state, { kind: 'resumed', alive }, 5)
    const ids = commands.filter((command) => command.kind !== 'record').map((command) => command.id)
    expect(again.commands.map((command) => command.id)).toEqual(ids)
    expect(again.state).toEqual(state)
  })

  test('a candidate that died while the host was away is taken back', () => {
    const { state } = atFirstObservation()
    const { state: next, commands } = advance(
      state,
      { kind: 'resumed', alive: [{ instanceId: 'd1.candidate', port: 1, pid: 1 }] },
      5,
    )
    expect(next.phase).toMatchObject({ kind: 'aborting', stage: 'weights', outcome: 'aborted' })
    expect(tables(commands)).toEqual(['d1.candidate=100'])
    expect(commands).toHaveLength(1)
  })

  test('a serving instance that died is started again before it gets the weight back', () => {
    const { state } = atFirstObservation()
    const died: RolloutEvent = {
      kind: 'instance-failed',
      commandId: null,
      instanceId: 'd1.candidate',
      reason: 'killed',
    }
    const { state: next, commands } = advance(state, died, 5)
    expect(next.phase).toMatchObject({ kind: 'aborting', stage: 'restoring' })
    expect(commands).toMatchObject([{ kind: 'start-instance', instanceId: 'd1.candidate', role: 'stable' }])
  })

  test('cancelling puts the weight back, and stops the candidate only when the router has it', () => {
    const { state } = atFirstObservation()
    const canceled = advance(state, { kind: 'cancel-requested', by: 'ann' }, 5)
    expect(canceled.commands.map(({ kind }) => kind)).toEqual(['set-weights'])
    const [weights] = canceled.commands
    const back = advance(canceled.state, { kind: 'weights-set', commandId: weights?.id ?? '', generation: 10 }, 6)
    expect(back.commands.map(({ kind }) => kind)).toEqual(['stop-exercise', 'stop-instance'])
  })
})

describe('what is told at the end', () => {
  const finishedOf = (commands: RolloutCommand[]) => {
    const last = commands.findLast((command) => command.kind === 'record')?.entry
    return last?.kind === 'deployment.finished' ? last.payload : null
  }
  const begunEvents: RolloutEvent[] = [{ kind: 'begun' }]
  const secured: RolloutEvent[] = [
    ...begunEvents,
    {
      kind: 'instance-started',
      commandId: 'd2/securing/start-instance/stable',
      instanceId: 'd1.candidate',
      port: 1,
      pid: 1,
    },
    { kind: 'healthy', commandId: 'd2/securing/check-health/stable', instanceId: 'd1.candidate' },
    { kind: 'weights-set', commandId: 'd2/securing/set-weights/8', generation: 8 },
  ]
  const migrated: RolloutEvent[] = [...secured, { kind: 'migrated', commandId: 'd2/migrating/migrate' }]
  const migrateFailed = (ran: boolean): RolloutEvent => ({
    kind: 'migrate-failed',
    commandId: 'd2/migrating/migrate',
    reason: 'exit code 1',
    ran,
  })
  const takenBack: RolloutEvent[] = [
    { kind: 'weights-set', commandId: 'd2/aborting/set-weights/9', generation: 9 },
    { kind: 'instance-stopped', commandId: 'd2/aborting/stop-instance/candidate', instanceId: 'd2.candidate' },
  ]
  const canceled: RolloutEvent = { kind: 'cancel-requested', by: 'ann' }

  test.each<[string, RolloutEvent[], boolean]>([
    ['new', [canceled], false],
    ['securing', [...begunEvents, canceled], false],
    ['migrating', [...secured, canceled, ...takenBack], false],
    ['starting, after its migration', [...migrated, canceled, ...takenBack], true],
    ['migrating, and its migration fails', [...secured, migrateFailed(true), ...takenBack], true],
    ['migrating, and its release is damaged', [...secured, migrateFailed(false), ...takenBack], false],
  ])('a rollout that ends while it is %s failed, and says what was checked', (_phase, events, isVerified) => {
    let turn: ReturnType<typeof advance> = { state: start(sampleRollout()), commands: [] }
    const commands: RolloutCommand[] = []
    for (const event of events) {
      turn = advance(turn.state, event, 0)
      commands.push(...turn.commands)
    }
    const finished = finishedOf(commands)
    expect(finished).toMatchObject({ outcome: 'failed' })
    expect(finished?.digestVerified ?? false).toBe(isVerified)
    expect(finished?.sentence.en).toMatch(/^Release 2 could not be deployed to production: /)
  })

  test('a promoted release was checked, and one taken back too', () => {
    for (const candidateErrorRate of [0, 0.2])
      expect(finishedOf(simulate(sampleRollout(), { candidateErrorRate }).commands)).toMatchObject({
        digestVerified: true,
      })
  })
})

describe('a router with a newer table than the rollout knew', () => {
  test('is given the same table above it', () => {
    const { state, commands } = atFirstObservation()
    expect(commands).not.toEqual([])
    const canceled = advance(state, { kind: 'cancel-requested', by: 'ann' }, 5)
    const commandId = canceled.commands[0]?.id ?? ''
    const stale: RolloutEvent = { kind: 'weights-stale', commandId, generation: 20 }
    const again = advance(canceled.state, stale, 6)
    expect(again.commands).toEqual([
      {
        ...canceled.commands[0],
        id: 'd2/aborting/set-weights/21',
        site: {
          name: 'card-production',
          port: 0,
          generation: 21,
          backends: [{ id: 'd1.candidate', port: 1, weight: 100 }],
        },
      },
    ])
    expect(again.state.pending).toEqual(again.commands)
    expect(again.state.generation).toBe(21)
    expect(advance(again.state, stale, 7).commands).toEqual([])
  })
})

describe('what serves', () => {
  test('is started and asked for its health by the policy that it was deployed with', () => {
    const own = sampleEnvironment('canary')
    const environment = { ...own, target: { ...own.target, health: { path: '/old', timeoutMs: 700 } } }
    const input = sampleRollout()
    const previous = input.previous && { ...input.previous, environment }
    const { state } = advance(start({ ...input, previous }), { kind: 'begun' }, 0)
    expect(environmentFor(state.input, 'stable')).toEqual(environment)
    expect(environmentFor(state.input, 'candidate')).toEqual(own)
    expect(environmentFor(state.input, 'baseline')).toEqual(own)
    const started: RolloutEvent = {
      kind: 'instance-started',
      commandId: 'd2/securing/start-instance/stable',
      instanceId: 'd1.candidate',
      port: 1,
      pid: 1,
    }
    expect(advance(state, started, 0).commands).toMatchObject([{ path: '/old', timeoutMs: 700 }])
  })
})

describe('recreate', () => {
  test('gives all the weight to the healthy new one, then stops the old one', () => {
    const end = simulate(sampleRollout({ environment: sampleEnvironment('recreate') }))
    expect(tables(end.commands)).toEqual(['d1.candidate=100', 'd2.candidate=100 d1.candidate=0', 'd2.candidate=100'])
    expect(end.state.phase).toMatchObject({ kind: 'finished', outcome: 'promoted' })
    expect(end.alive).toEqual(['d2.candidate'])
  })

  test('that never becomes healthy leaves the old one as it is', () => {
    const end = simulate(sampleRollout({ environment: sampleEnvironment('recreate', false) }), { startFails: 1 })
    expect(end.state.phase).toMatchObject({ kind: 'finished', outcome: 'failed' })
  })
})

describe('start()', () => {
  test.each([[[50, 10, 100]], [[10, 10, 100]], [[10, 50]]])('refuses steps %j', (steps) => {
    const environment = sampleEnvironment('canary')
    const bad = { ...environment, strategy: { ...environment.strategy, kind: 'canary', steps } } as typeof environment
    expect(() => start(sampleRollout({ environment: bad }))).toThrow(
      expect.objectContaining({ code: 'ROLLOUT_STEPS_INVALID' }),
    )
  })
  test('a state of another version is refused, not guessed', () => {
    const state = { ...start(sampleRollout()), version: 2 as unknown as 1 }
    expect(() => advance(state, { kind: 'tick' }, 0)).toThrow(
      expect.objectContaining({ code: 'ROLLOUT_STATE_UNKNOWN' }),
    )
  })
})

const share = fc.constantFrom(0, 0, 0.02, 0.2)
const anyFaults: fc.Arbitrary<Partial<Faults>> = fc.record({
  loseAnswer: share,
  repeatEvent: share,
  crash: share,
  instanceDies: fc.constantFrom(0, 0, 0.01, 0.05),
  cancel: fc.constantFrom(0, 0, 0.01),
  otherWriter: fc.constantFrom(0, 0, 0.02),
  migrateFails: fc.constantFrom(0, 0, 0.3),
  startFails: fc.constantFrom(0, 0, 0.3),
  neverHealthy: fc.constantFrom(0, 0, 0.3),
  candidateErrorRate: fc.constantFrom(0, 0, 0.3),
  requests: fc.constantFrom(0, 300, 2000),
})

describe('any rollout, whatever is lost, repeated, killed or crashed', () => {
  test('keeps its invariants and comes to one end', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.constantFrom('canary' as const, 'recreate' as const),
        fc.boolean(),
        anyFaults,
        (seed, kind, first, faults) => {
          const input = sampleRollout({
            environment: sampleEnvironment(kind),
            ...(first ? { previous: null } : {}),
          })
          const end = simulate(input, faults, seed)
          checkEnd(end, kind, faults)
        },
      ),
      { numRuns: 400 },
    )
  })
})

function checkEnd(end: SimulationEnd, kind: 'canary' | 'recreate', faults: Partial<Faults>): void {
  const ids = records(end.commands)
  expect(ids.filter((id) => id.endsWith('/finished'))).toHaveLength(1)
  expect(new Set(ids).size).toBe(ids.length)
  expect(end.state.pending).toEqual([])
  if (end.state.phase.kind !== 'finished') throw new Error('not finished')
  if (end.state.phase.outcome === 'promoted') {
    expect(end.table.backends.map(({ weight }) => weight)).toEqual([100])
    expect(end.alive.filter((id) => id !== 'd2.candidate')).toEqual([])
    if (kind === 'canary') expect(ids.filter((id) => id.includes('/judged/'))).toHaveLength(3)
    if (kind === 'canary') expect([faults.candidateErrorRate, faults.requests]).not.toContain(0.3)
  } else {
    expect(end.table.backends.some(({ id }) => id.startsWith('d2.'))).toBe(false)
    expect(end.alive.filter((id) => id.startsWith('d2.'))).toEqual([])
  }
}
