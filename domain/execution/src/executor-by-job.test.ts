import { expect, it } from 'vitest'
import { executorByJob } from './executor-by-job.ts'
import type { Executor, WorkspaceRequest } from './ports.ts'

const refusing = (isolation: 'uid' | 'container'): Executor => ({
  isolationOf: () => isolation,
  prepare: async () => Promise.reject(new Error(isolation)),
})

it.each([
  ['nothing', {}, 'uid'],
  ['no image and no services', { image: null, services: [] }, 'uid'],
  ['an image', { image: { name: 'debian', entrypoint: [] } }, 'container'],
  ['a service', { services: [{ name: 'redis', alias: null }] }, 'container'],
])('executorByJob() chooses for a job that asks for %s', async (_, containers, expected) => {
  const executor = executorByJob(refusing('uid'), refusing('container'))
  expect(executor.isolationOf(containers)).toBe(expected)
  await expect(executor.prepare(containers as WorkspaceRequest)).rejects.toThrow(expected)
})
