import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideDelivery, startDelivery, type DeliveryCommand, type DeliveryEvent } from './delivery.ts'

const sentence = { en: 'because', zh: '因为' }
const success: DeliveryEvent = { kind: 'run.finished', status: 'success', reason: null, gateSentence: null }
const released: DeliveryEvent = { kind: 'release.created', releaseId: 'rel', version: '1.1.0' }
const ended = (environment: string, outcome: 'promoted' | 'aborted' | 'failed' = 'promoted'): DeliveryEvent => ({
  kind: 'deployment.finished',
  environment,
  outcome,
  sentence,
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
    const { state, commands } = play([{ kind: 'run.finished', status: 'failed', reason: 'x', gateSentence: sentence }])
    expect(state).toMatchObject({ status: 'stopped', sentence })
    expect(commands).toEqual([{ kind: 'record-stop', sentence }])
  })

  test.each(['aborted', 'failed'] as const)('a deployment that %s ends the delivery there', (outcome) => {
    const { state, commands } = play([success, released, ended('staging', outcome)])
    expect(state).toMatchObject({ status: 'stopped', sentence })
    expect(commands.filter((command) => command.kind === 'deploy')).toHaveLength(1)
  })

  test('cancel during a deployment asks it back, and waits for its end', () => {
    const { state, commands } = play([success, released, { kind: 'cancel-requested' }])
    expect(commands.at(-1)).toEqual({ kind: 'cancel-deployment', environment: 'staging' })
    expect(state.status).toBe('delivering')
  })

  test('cancel when the deployment has no way back any more begins no further one', () => {
    const { state, commands } = play([success, released, { kind: 'cancel-requested' }, ended('staging')])
    expect(commands.filter((command) => command.kind === 'deploy')).toHaveLength(1)
    expect(state).toMatchObject({ status: 'stopped', sentence: { en: 'Stopped: a person canceled it.' } })
  })

  test('without environments it ends with the release', () => {
    expect(play([success, released], []).state.status).toBe('delivered')
  })

  test('whatever comes in whatever order: each environment at most once, in order, never before success (D1–D5)', () => {
    const event = fc.constantFrom<DeliveryEvent>(
      success,
      { kind: 'run.finished', status: 'failed', reason: null, gateSentence: null },
      released,
      { kind: 'release.refused', message: 'no' },
      ended('staging'),
      ended('production'),
      ended('production', 'aborted'),
      { kind: 'cancel-requested' },
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const { commands } = play(events)
        const deployed = commands.flatMap((command) => (command.kind === 'deploy' ? [command.environment] : []))
        expect(['', 'staging', 'staging,production']).toContain(deployed.join(','))
        if (deployed.length > 0) expect(events.findIndex((e) => e === success)).toBeGreaterThanOrEqual(0)
        expect(commands.filter((command) => command.kind === 'record-stop').length).toBeLessThanOrEqual(1)
      }),
    )
  })
})
