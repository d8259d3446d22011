import type { IsolatedSpec, Isolation } from '@sluice/execution'
import { expect, test } from 'vitest'
import { plainIsolation } from '../testing/plain-isolation.ts'
import { startIsolated } from './start-isolated.ts'

const isolation: Isolation = {
  ...plainIsolation(),
  start: () => Promise.reject(new Error('the spawner is gone')),
}

const spec: IsolatedSpec = {
  command: ['/bin/cat', '/dev/zero'],
  cwd: '/',
  env: {},
  readOnlyPaths: [],
  writablePaths: [],
  network: true,
  user: 'job',
}

test('a time limit is told as one where the shortest way cannot be gone', async () => {
  const { ended } = startIsolated(isolation, spec, 100, () => undefined)
  expect(await ended).toEqual({ outcome: 'timeout' })
})

test('what is stopped is told as stopped where the shortest way cannot be gone', async () => {
  const running = startIsolated(isolation, spec, 60_000, () => running.stop(0))
  expect(await running.ended).toEqual({ outcome: 'stopped' })
})
