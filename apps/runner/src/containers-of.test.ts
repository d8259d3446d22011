import { expect, it } from 'vitest'
import { jobResponseFor } from '../testing/job-response.ts'
import { containersOf } from './containers-of.ts'

const answer = (more: object) => jobResponseFor('http://127.0.0.1', 'c0ffee', more)

it('containersOf() takes nothing where the server names nothing', () => {
  expect(containersOf(answer({}))).toEqual({ image: null, services: [] })
})

it('containersOf() takes all that GitLab Runner takes for docker', () => {
  const image = {
    name: 'debian',
    entrypoint: [''],
    pull_policy: ['never' as const],
    executor_opts: { docker: { user: 'app' } },
  }
  const variables = [{ key: 'POSTGRES_DB', value: 'card', public: true }]
  const services = [{ name: 'postgres', alias: 'db', command: ['-c', 'fsync=off'], entrypoint: ['run'], variables }]
  expect(containersOf(answer({ image, services }))).toEqual({
    image: { name: 'debian', entrypoint: [''], pullPolicy: ['never'], docker: { user: 'app' } },
    services: [
      {
        name: 'postgres',
        alias: 'db',
        entrypoint: ['run'],
        command: ['-c', 'fsync=off'],
        variables: [{ key: 'POSTGRES_DB', value: 'card' }],
      },
    ],
  })
})
