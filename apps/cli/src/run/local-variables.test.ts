import { expect, test } from 'vitest'
import { localVariables } from './local-variables.ts'

const attempt = {
  id: 3,
  startedMs: 1_700_000_000_000,
  slot: 1,
  version: '0.1.0',
  platform: 'linux',
  architecture: 'x64',
}
const valuesOf = (job: Parameters<typeof localVariables>[0]): Record<string, string> =>
  Object.fromEntries(localVariables(job, attempt).map(({ key, value }) => [key, value]))

test('a job that begins gets the facts of its attempt', () => {
  expect(valuesOf({ timeoutMs: 60_500, image: { name: 'node:24', entrypoint: [] }, when: 'manual' })).toEqual({
    CI_JOB_TIMEOUT: '61',
    CI_JOB_IMAGE: 'node:24',
    CI_JOB_MANUAL: 'true',
    CI_JOB_ID: '3',
    CI_JOB_STARTED_AT: '2023-11-14T22:13:20.000Z',
    CI_CONCURRENT_ID: '1',
    CI_CONCURRENT_PROJECT_ID: '1',
    CI_RUNNER_DESCRIPTION: 'sluice run',
    CI_RUNNER_EXECUTABLE_ARCH: 'linux/amd64',
    CI_RUNNER_VERSION: '0.1.0',
  })
})

test('without an image and a person there is no variable for them', () => {
  expect(Object.keys(valuesOf({ timeoutMs: 1, image: null, when: 'always' }))).not.toEqual(
    expect.arrayContaining(['CI_JOB_IMAGE']),
  )
})
