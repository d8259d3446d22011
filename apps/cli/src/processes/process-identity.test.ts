import { expect, test } from 'vitest'
import { kill, startSleeper } from '../../testing/sleeper.ts'
import { identityOf, isRunning } from './process-identity.ts'

test('a process is recognised while it lives, and not after', async () => {
  const { child, identity } = await startSleeper()
  expect(await isRunning(identity)).toBe(true)
  await kill(child)
  expect(await isRunning(identity)).toBe(false)
})

test('another process with the same pid is not mistaken for it', async () => {
  const { identity } = await startSleeper()
  expect(await isRunning({ ...identity, startTime: 'another boot:1' })).toBe(false)
})

test('two processes have different identities', async () => {
  const [first, second] = [await startSleeper(), await startSleeper()]
  expect(first.identity).not.toEqual(second.identity)
})

test('nobody has a pid beyond all pids', async () => {
  expect(await identityOf(2 ** 30)).toBeNull()
})
