import { expect, test } from 'vitest'
import { kill, startSleeper } from '../../testing/sleeper.ts'
import { keepRunning } from './keep-running.ts'

test('a process that dies is started again, also after a start that failed, until the signal', async () => {
  const first = await startSleeper()
  const second = await startSleeper()
  const stop = new AbortController()
  const told: string[] = []
  const restarted = Promise.withResolvers<void>()
  const starts = [() => Promise.reject(new Error('busy')), () => Promise.resolve(second.identity)]
  const kept = keepRunning(
    {
      name: 'server',
      identity: first.identity,
      start: async () => (starts.shift() ?? (() => Promise.reject(new Error('none'))))(),
    },
    {
      signal: stop.signal,
      backOff: { died: () => 1, started: () => undefined, failingMs: () => 0 },
      intervalMs: 5,
      onDeath: (name, waitMs) => told.push(`${name} died, ${waitMs}`),
      onStarted: (name, identity) => {
        told.push(`${name} started ${identity.pid === second.identity.pid}`)
        restarted.resolve()
      },
      onFailure: (name, error) => told.push(`${name} failed: ${(error as Error).message}`),
    },
  )
  await kill(first.child)
  await restarted.promise
  stop.abort()
  await kept
  expect(told).toEqual(['server died, 1', 'server failed: busy', 'server died, 1', 'server started true'])
})

test.each([
  ['cannot be started again', 'busy', () => Promise.reject(new Error('busy'))],
  ['dies again and again', null, async () => ({ pid: 2 ** 30, startTime: '' })],
])('a process that %s is given up when that went on for too long', async (_, error, start) => {
  const { child, identity } = await startSleeper()
  await kill(child)
  const failingMs = [0, 60_000, 60_001]
  const told: string[] = []
  await keepRunning(
    { name: 'server', identity, start },
    {
      signal: new AbortController().signal,
      backOff: { died: () => 1, started: () => undefined, failingMs: () => failingMs.shift() ?? 0 },
      giveUpAfterMs: 60_000,
      onDeath: () => told.push('died'),
      onStarted: () => undefined,
      onFailure: () => undefined,
      onGivenUp: (name, cause) => told.push(`${name}: ${(cause as Error | null)?.message ?? null}`),
    },
  )
  expect(told).toEqual(['died', 'died', `server: ${error}`])
})
