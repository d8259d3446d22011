import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideDelivery, mayBegin, startDelivery, type DeliveryCommand, type DeliveryEvent } from './delivery.ts'

const sentence = { en: 'because', zh: '因为' }
const success: DeliveryEvent = { kind: 'run.finished', status: 'success', reason: null, sentence: null }
const released: DeliveryEvent = { kind: 'release.created', releaseId: 'rel', version: '1.1.0' }
const ended = (environment: string, outcome: 'promoted' | 'aborted' | 'failed' = 'promoted'): DeliveryEvent => ({
  kind: 'deployment.finished',
  environment,
  outcome,
  sentence,
})

const begun = (environment: string): DeliveryEvent => ({ kind: 'deployment.begun', environment })
const delayed = (environment: string, atMs: number): DeliveryEvent => ({
  kind: 'deployment.delayed',
  environment,
  reason: { en: 'its port is taken', zh: '端口被占用' },
  atMs,
})

function play(events: DeliveryEvent[], environments = ['staging', 'production']) {
  let state = startDelivery('run', environments)
  const commands: DeliveryCommand[] = []
  for (const event of events) {
    const step = decideDelivery(state, event)
    state = step.state
    commands.push(...step.commands)
  }
  return { state, commands }
}

describe('decideDelivery()', () => {
  test('takes one release through the environments in order', () => {
    const { state, commands } = play([success, released, ended('staging'), ended('production')])
    expect(commands).toEqual([
      { kind: 'create-release' },
      { kind: 'deploy', environment: 'staging', releaseId: 'rel' },
      { kind: 'deploy', environment: 'production', releaseId: 'rel' },
    ])
    expect(state.status).toBe('delivered')
  })

  test('a failed run stops before release, with the gate’s sentence where a gate closed', () => {
    const { state, commands } = play([{ kind: 'run.finished', status: 'failed', reason: 'x', sentence: sentence }])
    expect(state).toMatchObject({ status: 'stopped', sentence })
    expect(commands).toEqual([{ kind: 'record-stop', sentence }])
  })

  test.each(['aborted', 'failed'] as const)('a deployment that %s ends the delivery there', (outcome) => {
    const { state, commands } = play([success, released, ended('staging', outcome)])
    expect(state).toMatchObject({ status: 'stopped', sentence })
    expect(commands.filter((command) => command.kind === 'deploy')).toHaveLength(1)
  })

  test('what a later run brought to an environment ends the delivery there, unless its own deployment has begun', () => {
    const outdated: DeliveryEvent = { kind: 'deployment.outdated', environment: 'staging', byRunNumber: 7 }
    const { state, commands } = play([success, released, outdated])
    expect(state).toMatchObject({ status: 'stopped', releaseId: 'rel' })
    expect(state.sentence.en).toContain('"staging" already runs the release of run 7')
    expect(commands.at(-1)).toEqual({ kind: 'record-stop', sentence: state.sentence })
    expect(play([success, released, begun('staging'), outdated]).state.status).toBe('delivering')
    expect(play([success, released, { ...outdated, environment: 'production' }]).state.status).toBe('delivering')
  })

  test('cancel during a deployment asks it back, and waits for its end', () => {
    const { state, commands } = play([success, released, begun('staging'), { kind: 'cancel-requested' }])
    expect(commands.at(-1)).toEqual({ kind: 'cancel-deployment', environment: 'staging' })
    expect(state.status).toBe('delivering')
  })

  test.each([
    ['before any was begun', [success, released]],
    ['while it cannot begin', [success, released, delayed('staging', 1)]],
    ['between two', [success, released, begun('staging'), ended('staging')]],
  ])('cancel %s stops at once: there is nothing to ask back', (_when, events) => {
    const { state, commands } = play([...events, { kind: 'cancel-requested' }])
    expect(state).toMatchObject({ status: 'stopped', sentence: { en: 'Stopped: a person canceled it.' } })
    expect(commands.at(-1)).toMatchObject({ kind: 'record-stop' })
    expect(mayBegin(state, 'staging')).toBe(false)
    expect(mayBegin(state, 'production')).toBe(false)
  })

  test('a deployment may begin once, in its turn, and not after a person asked to stop', () => {
    const { state } = play([success, released])
    expect([mayBegin(state, 'staging'), mayBegin(state, 'production')]).toEqual([true, false])
    expect(mayBegin(play([success, released, begun('staging')]).state, 'staging')).toBe(false)
    const canceled = play([success, released, begun('staging'), { kind: 'cancel-requested' }]).state
    expect(mayBegin(canceled, 'staging')).toBe(false)
  })

  test('what keeps a deployment from beginning is said, and forgotten when it began', () => {
    const { state } = play([success, released, delayed('staging', 1000)])
    expect(state.sentence).toEqual({
      en: 'The deployment to "staging" cannot begin, and is tried again: its port is taken.',
      zh: '暂时无法开始部署到环境 staging，正在重试：端口被占用。',
    })
    const after = play([success, released, delayed('staging', 1000), begun('staging')]).state
    expect(after.sentence.en).toBe('The release is on its way to "staging".')
    const later = play([success, released, delayed('staging', 1000), begun('staging'), delayed('staging', 900_000)])
    expect(later.state.status).toBe('delivering')
  })

  test('one that waits for another deployment says so, and its time does not run', () => {
    const queued: DeliveryEvent = { kind: 'deployment.queued', environment: 'staging' }
    const events = [success, released, delayed('staging', 1000), queued, queued, delayed('staging', 900_000)]
    expect(play(events.slice(0, 4)).state.sentence).toEqual({
      en: 'The release waits for the deployment under way in "staging".',
      zh: '环境 staging 中有部署正在进行，版本正在等待。',
    })
    expect(play(events).state.status).toBe('delivering')
  })

  test('what keeps it from beginning for two minutes ends the delivery with that reason', () => {
    const tries = [1000, 60_000, 120_999].map((atMs) => delayed('staging', atMs))
    expect(play([success, released, ...tries]).state.status).toBe('delivering')
    const { state, commands } = play([success, released, ...tries, delayed('staging', 121_000)])
    const sentence = {
      en: 'Stopped: the deployment to "staging" could not begin within 120 s: its port is taken.',
      zh: '已停止：120 秒内无法开始部署到环境 staging：端口被占用。',
    }
    expect(state).toMatchObject({ status: 'stopped', sentence })
    expect(commands.at(-1)).toEqual({ kind: 'record-stop', sentence })
  })

  test('cancel when the deployment has no way back any more begins no further one', () => {
    const { state, commands } = play([
      success,
      released,
      begun('staging'),
      { kind: 'cancel-requested' },
      ended('staging'),
    ])
    expect(commands.filter((command) => command.kind === 'deploy')).toHaveLength(1)
    expect(state).toMatchObject({ status: 'stopped', sentence: { en: 'Stopped: a person canceled it.' } })
  })

  test('without environments it ends with the release', () => {
    expect(play([success, released], []).state.status).toBe('delivered')
  })

  test('whatever comes in whatever order: each environment at most once, in order, never before success (D1–D5)', () => {
    const event = fc.constantFrom<DeliveryEvent>(
      success,
      { kind: 'run.finished', status: 'failed', reason: null, sentence: null },
      released,
      begun('staging'),
      begun('production'),
      delayed('staging', 0),
      delayed('staging', 200_000),
      { kind: 'release.refused', reason: { en: 'No.', zh: '否。' } },
      ended('staging'),
      ended('production'),
      ended('production', 'aborted'),
      { kind: 'cancel-requested' },
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const { state, commands } = play(events)
        if (events.some(({ kind }) => kind === 'cancel-requested'))
          expect(['staging', 'production'].filter((environment) => mayBegin(state, environment))).toEqual([])
        const deployed = commands.flatMap((command) => (command.kind === 'deploy' ? [command.environment] : []))
        expect(['', 'staging', 'staging,production']).toContain(deployed.join(','))
        if (deployed.length > 0) expect(events.findIndex((e) => e === success)).toBeGreaterThanOrEqual(0)
        expect(commands.filter((command) => command.kind === 'record-stop').length).toBeLessThanOrEqual(1)
      }),
    )
  })
})
