import { expect, it } from 'vitest'
import { jobIsolation } from './job-isolation.ts'

const image = { image: { name: 'debian', entrypoint: [] } }

it.each([
  ['none of a runner that says nothing', {}, image, 'none'],
  ['the runner’s', { sluice_isolation: 'uid' as const }, image, 'uid'],
  [
    'that of containers',
    { sluice_isolation: 'uid' as const, sluice_container_isolation: 'container' as const },
    image,
    'container',
  ],
  [
    'the runner’s without an image',
    { sluice_isolation: 'uid' as const, sluice_container_isolation: 'none' as const },
    {},
    'uid',
  ],
])('jobIsolation() is %s', (_, info, job, expected) => {
  expect(jobIsolation({ info }, job)).toBe(expected)
})
