import { connect } from 'node:net'
import { once } from 'node:events'
import { may } from '@sluice/access'
import { pathOf, routes, type Route } from '@sluice/contracts/api'
import { SluiceError } from '@sluice/kernel'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { member, memberHeaders, openTestDoors, type TestDoors } from '../testing/test-doors.ts'

const bodies: Record<string, object> = {
  registerProject: { slug: 'card', name: 'Card', folder: '/card' },
  proposeChange: { branch: 'b', title: 't', patch: 'p' },
  createRun: { ref: 'main' },
  registerRunner: { name: 'r' },
  openSession: { token: 'a token that is good' },
  stopServer: { services: false },
  acceptProducers: { reason: 'seen it' },
  configureResourceGroup: { processMode: 'oldest_first' },
}
const parameters = { project: 'card', run: 'r', job: 'j', attempt: '1', group: 'g' }
const json = { 'content-type': 'application/json' }
const own = new Set(['getSession', 'openSession', 'closeSession'])
const table = Object.entries(routes as Record<string, Route<unknown, unknown>>).map(([name, route]) => ({
  name,
  route,
  asked: {
    method: route.method,
    path: pathOf(route.path, parameters),
    ...(route.body === null ? {} : { headers: json, body: JSON.stringify(bodies[name]) }),
  },
}))

let doors: TestDoors
beforeAll(async () => {
  doors = await openTestDoors()
})
afterAll(() => doors.close())

describe.each(table.filter(({ name }) => !own.has(name)))('$name', ({ name, route, asked }) => {
  test.each([
    ['a visitor', { kind: 'anonymous', id: 'anonymous' } as const, {}, false, 401],
    ['a member', member, memberHeaders, false, 403],
    ['the administrator', { kind: 'person', id: 'local:1000' } as const, {}, true, 0],
  ])('is for %s if the table of permissions says so', async (_who, actor, headers, locally, refusal) => {
    const answer = await doors.ask({ ...asked, locally, headers: { ...asked.headers, ...headers } })
    if (may(actor, route.permission)) {
      expect(answer.status).toBe(200)
      expect(JSON.parse(answer.text)).toMatchObject({ route: name, actor })
    } else {
      expect(answer.status).toBe(refusal)
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'HTTP_FORBIDDEN' })
    }
  })
})

describe('signing in', () => {
  test('trades a token for a cookie that scripts and other sites cannot use', async () => {
    const asked = { method: 'POST', path: '/api/session', headers: json }
    const answer = await doors.ask({ ...asked, body: JSON.stringify({ token: 'a token that is good' }) })
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.text)).toMatchObject({ actor: member, csrf: memberHeaders['x-sluice-csrf'] })
    const [cookie] = answer.headers['set-cookie'] ?? []
    expect(cookie).toMatch(/^sluice_session=[^;]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/)
  })

  test('with a used link says how to get another', async () => {
    const body = JSON.stringify({ token: 'a token that is used' })
    const answer = await doors.ask({ method: 'POST', path: '/api/session', headers: json, body })
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([401, { code: 'HTTP_SIGN_IN_LINK_USED' }])
  })

  test('says who one is, and out ends the cookie', async () => {
    const path = '/api/session'
    expect(JSON.parse((await doors.ask({ path })).text)).toMatchObject({ actor: { kind: 'anonymous' }, csrf: null })
    expect(JSON.parse((await doors.ask({ path, headers: memberHeaders })).text)).toMatchObject({ actor: member })
    const out = await doors.ask({ method: 'DELETE', path, headers: memberHeaders })
    expect(out.headers['set-cookie']?.[0]).toContain('Max-Age=0')
  })

  test.each(['sluice_session=', 'sluice_session=short', 'sluice_session=../../etc/passwd000000', 'x=y; ; =', '=;='])(
    'is not done by the cookie %j',
    async (cookie) => {
      const answer = await doors.ask({ path: '/api/session', headers: { cookie } })
      expect(JSON.parse(answer.text)).toMatchObject({ actor: { kind: 'anonymous' } })
    },
  )
})

describe('a request is refused', () => {
  test.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.', '[::1]:x'])(
    'for host %j',
    async (host) => {
      const answer = await doors.ask({ path: '/api/session', headers: { host } })
      expect([answer.status, JSON.parse(answer.text)]).toMatchObject([421, { code: 'HTTP_WRONG_HOST' }])
    },
  )

  test.each(['http://evil.example', 'null', 'https://127.0.0.1'])('as a write from origin %j', async (origin) => {
    const headers = { ...json, ...memberHeaders, origin }
    const asked = { method: 'POST', path: '/api/projects/card/runs', headers, body: JSON.stringify({ ref: 'main' }) }
    const answer = await doors.ask(asked)
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([403, { code: 'HTTP_WRONG_ORIGIN' }])
  })

  test.each([{ cookie: memberHeaders.cookie }, { ...memberHeaders, 'x-sluice-csrf': 'another' }])(
    'as a write by cookie without the session’s token: %j',
    async (headers) => {
      const asked = { method: 'POST', path: '/api/runs/r/cancel', headers: headers as Record<string, string> }
      const answer = await doors.ask(asked)
      expect([answer.status, JSON.parse(answer.text)]).toMatchObject([403, { code: 'HTTP_WRONG_ORIGIN' }])
      const signOut = await doors.ask({ ...asked, method: 'DELETE', path: '/api/session' })
      expect(signOut.status).toBe(403)
    },
  )

  test.each([
    ['{"ref": 7}', 'ref: '],
    ['{"ref": "--upload-pack=x"}', 'ref: '],
    ['{"ref": "main", "force": true}', '"force"'],
    ['{', 'not valid JSON'],
    ['', 'Body cannot be empty'],
  ])('for the body %s, and the fault is named', async (body, named) => {
    const headers = { ...json, ...memberHeaders }
    const answer = await doors.ask({ method: 'POST', path: '/api/projects/card/runs', headers, body })
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([400, { code: 'HTTP_BODY_INVALID' }])
    expect(answer.text.replaceAll('\\"', '"')).toContain(named)
  })

  test('for a body that is too large', async () => {
    const body = JSON.stringify({ ref: 'x'.repeat(2 * 1024 * 1024) })
    const headers = { ...json, ...memberHeaders, expect: '100-continue', 'content-length': String(body.length) }
    const answer = await doors.ask({ method: 'POST', path: '/api/projects/card/runs', headers })
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([413, { code: 'HTTP_BODY_TOO_LARGE' }])
  })

  test('for more headers than anyone needs', async () => {
    const answer = await doors.ask({ path: '/api/session', headers: { cookie: 'a=b; '.repeat(5000) } })
    expect(answer.status).toBe(431)
  })

  test.each(['/api/nothing', '/api', '/git/x', '/assets/missing.js', '/', '/api/projects/%00', '/api/runs/r%00'])(
    'for %s, where nothing is, as JSON',
    async (path) => {
      const answer = await doors.ask({ path })
      expect([answer.status, JSON.parse(answer.text)]).toMatchObject([404, { code: 'HTTP_NOT_FOUND' }])
    },
  )
})

test('of a query that names something twice the first counts', async () => {
  const answer = await doors.ask({ path: '/api/runs/r/jobs/j/attempts/1/log?offset=1&offset=2&limit=3' })
  expect(JSON.parse(answer.text)).toMatchObject({ query: { offset: '1', limit: '3' } })
})

test('every answer tells browsers not to guess, not to frame and not to say where one came from', async () => {
  const { headers } = await doors.ask({ path: '/api/session' })
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
  })
})

test.each([
  ['an error without a code', new Error('password of /root/secret is hunter2')],
  ['an error of its own with status 500', new SluiceError('STORE_UNREACHABLE', 'Cannot open /root/secret')],
  ['something that is no error', 'secret'],
])('of a fault of the server, as %s, the caller learns that there was one', async (_name, fault) => {
  const failing = await openTestDoors({
    handlers: { listProjects: () => Promise.reject(fault) } as never,
  })
  onTestFinished(() => failing.close())
  const answer = await failing.ask({ path: '/api/projects' })
  expect([answer.status, JSON.parse(answer.text)]).toMatchObject([500, { code: 'HTTP_INTERNAL' }])
  expect(answer.text).not.toContain('secret')
  expect(failing.logged).toMatchObject([{ details: { method: 'GET', route: '/api/projects' } }])
})

test('who sends a body drop by drop is cut off', async () => {
  const impatient = await openTestDoors({}, { bodyTimeoutMs: 20 })
  onTestFinished(() => impatient.close())
  const socket = connect(impatient.port, '127.0.0.1')
  const closed = once(socket, 'close')
  socket.on('error', () => {})
  socket.write(
    'POST /api/session HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{',
  )
  await closed
  expect(socket.bytesRead).toBe(0)
})
