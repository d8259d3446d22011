import { expect, onTestFinished, test } from 'vitest'
import { openTestDoors, type TestDoors } from '../testing/test-doors.ts'
import type { GitReads } from './ports.ts'

async function openGit(serve: GitReads['serve']): Promise<TestDoors> {
  const git: GitReads = { mayRead: async (project, token) => project === 'card' && token === 'live', serve }
  const doors = await openTestDoors({ git })
  onTestFinished(() => doors.close())
  return doors
}

const refs = (project: string, service = 'git-upload-pack'): string =>
  `/git/${project}.git/info/refs?service=${service}`
const basic = (pair: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
})

test('a live job token reads its project', async () => {
  const asked: unknown[] = []
  const doors = await openGit(async (project, { advertise, protocol }, response) => {
    asked.push([project, advertise, protocol])
    response.end('refs')
  })
  const headers = { ...basic('gitlab-ci-token:live'), 'git-protocol': 'version=2' }
  const answer = await doors.ask({ path: refs('card'), headers })
  expect([answer.status, answer.text]).toEqual([200, 'refs'])
  expect(answer.headers['content-type']).toBe('application/x-git-upload-pack-advertisement')
  expect(asked).toEqual([['card', true, 'version=2']])
})

test('a fetch is handed on as it came, with its encoding', async () => {
  const doors = await openGit(async (_project, { advertise, body, contentEncoding }, response) => {
    const text = Buffer.concat((await body.toArray()) as Buffer[]).toString()
    response.end(`${String(advertise)} ${contentEncoding} ${text}`)
  })
  const headers = {
    ...basic('gitlab-ci-token:live'),
    'content-type': 'application/x-git-upload-pack-request',
    'content-encoding': 'gzip',
  }
  const answer = await doors.ask({ method: 'POST', path: '/git/card.git/git-upload-pack', headers, body: 'want' })
  expect([answer.status, answer.text]).toEqual([200, 'false gzip want'])
})

test.each([
  ['no token', {}],
  ['a dead token', basic('gitlab-ci-token:dead')],
  ['a token as the user', basic('live:')],
  ['another scheme', { authorization: 'Bearer live' }],
  ['no base64', { authorization: 'Basic \u00e9' }],
])('with %s one is asked for a live one', async (_name, headers) => {
  const doors = await openGit(async () => {})
  const answer = await doors.ask({ path: refs('card'), headers })
  expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Basic realm="Sluice"'])
})

test('a token of one project reads no other', async () => {
  const doors = await openGit(async () => {})
  expect((await doors.ask({ path: refs('other'), headers: basic('x:live') })).status).toBe(401)
})

test('nothing is pushed', async () => {
  const doors = await openGit(async () => {})
  const headers = basic('x:live')
  expect((await doors.ask({ path: refs('card', 'git-receive-pack'), headers })).status).toBe(403)
  expect((await doors.ask({ method: 'POST', path: '/git/card.git/git-receive-pack', headers })).status).toBe(404)
})

test('a fetch that fails is cut, told to the log, and the server goes on', async () => {
  const doors = await openGit(async (_project, _request, response) => {
    response.write('half')
    throw new Error('git ended')
  })
  await expect(doors.ask({ path: refs('card'), headers: basic('x:live') })).rejects.toThrow(/aborted|hang up/)
  expect(doors.logged).toMatchObject([{ message: 'a fetch failed', details: { project: 'card' } }])
  expect((await doors.ask({ path: '/api/session' })).status).toBe(200)
})
