import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDoors, type TestDoors } from '../testing/test-doors.ts'

let doors: TestDoors
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-console-'))
  await mkdir(join(folder, 'dist', 'assets'), { recursive: true })
  await writeFile(join(folder, 'dist', 'index.html'), '<!doctype html>the page')
  await writeFile(join(folder, 'dist', 'assets', 'index-1a2b.js'), 'script')
  await writeFile(join(folder, 'dist', '.env'), 'SECRET=1')
  await writeFile(join(folder, 'secret.txt'), 'SECRET=2')
  doors = await openTestDoors({ consoleFolder: join(folder, 'dist') })
})
afterAll(async () => {
  await doors.close()
  await rm(folder, { recursive: true, force: true })
})

test.each(['/', '/index.html', '/runs/0190-abc', '/projects/card?tab=dora', '/sign-in'])(
  '%s is a page, which is asked for each time and loads nothing from elsewhere',
  async (path) => {
    const { status, headers, text } = await doors.ask({ path })
    expect([status, text]).toEqual([200, '<!doctype html>the page'])
    expect(headers['cache-control']).toBe('no-cache')
    expect(headers['content-security-policy']).toMatch(/default-src 'self'.*frame-ancestors 'none'/)
    expect(headers['content-type']).toContain('text/html')
  },
)

test('a built file never changes', async () => {
  const { text, headers } = await doors.ask({ path: '/assets/index-1a2b.js' })
  expect(text).toBe('script')
  expect(headers['cache-control']).toContain('immutable')
})

test.each(['/assets/index-9z9z.js', '/api/nothing', '/git/nothing'])('%s is missing, and no page', async (path) => {
  const { status, text } = await doors.ask({ path })
  expect([status, JSON.parse(text)]).toMatchObject([404, { code: 'HTTP_NOT_FOUND' }])
})

test.each([
  '/../secret.txt',
  '/..%2fsecret.txt',
  '/%2e%2e/secret.txt',
  '/assets/../../secret.txt',
  '/assets/..%5c..%5csecret.txt',
  '/.env',
  '//secret.txt',
  '/%00',
])('nothing beside the console is served: %s', async (path) => {
  expect((await doors.ask({ path })).text).not.toContain('SECRET')
})

test('a page is not posted to', async () => {
  expect((await doors.ask({ method: 'POST', path: '/runs/1' })).status).toBe(404)
})
