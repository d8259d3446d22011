import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { createDatabase, type TestDatabase } from '../../../testing/database.ts'

let database: TestDatabase
const started: ChildProcess[] = []
beforeAll(async () => {
  database = await createDatabase()
})
afterAll(async () => {
  for (const child of started) if (child.exitCode === null) child.kill('SIGKILL')
  await database.drop()
})

interface Line {
  event: string
  [field: string]: unknown
}

/** Starts a program of the service as its own process and reads its log. */
function run(
  program: string,
  env: Record<string, string>,
): { child: ChildProcess; lines: AsyncIterator<string>; ended: Promise<unknown[]> } {
  const file = `services/authorisation/src/${program}.ts`
  const child = spawn(process.execPath, [file], { env: { ...env, PATH: '' }, stdio: ['ignore', 'pipe', 'inherit'] })
  started.push(child)
  return { child, lines: createInterface({ input: child.stdout! })[Symbol.asyncIterator](), ended: once(child, 'exit') }
}

async function nextLine(lines: AsyncIterator<string>): Promise<Line> {
  const { value } = await lines.next()
  return JSON.parse(String(value)) as Line
}

test('migrate, serve, exercise, then SIGTERM: each process ends with 0, no request failed, the books balance', async () => {
  const env = { DATABASE_URL: database.url, PORT: '0' }
  const migrate = run('migrate', env)
  expect(await nextLine(migrate.lines)).toMatchObject({ event: 'migrated' })
  expect(await migrate.ended).toEqual([0, null])

  const server = run('server', env)
  const { port } = await nextLine(server.lines)
  const exercise = run('exercise', { TARGET_URL: `http://127.0.0.1:${port}` })
  expect(await nextLine(exercise.lines)).toMatchObject({ event: 'exercise-started' })
  await untilApproved(25)
  exercise.child.kill('SIGTERM')
  const summary = await nextLine(exercise.lines)
  expect(summary).toMatchObject({ event: 'exercise-ended', failures: 0, refused: 0 })
  expect(await exercise.ended).toEqual([0, null])

  const books = await fetch(`http://127.0.0.1:${port}/v1/ledger/balance`)
  expect(await books.json()).toMatchObject({ balanced: true })
  server.child.kill('SIGTERM')
  expect(await nextLine(server.lines)).toMatchObject({ event: 'stopped' })
  expect(await server.ended).toEqual([0, null])
})

/** Asks the database until so many holds are there: each question is a round trip, so this spins without a clock. */
async function untilApproved(count: number): Promise<void> {
  const client = new Client({ connectionString: database.url })
  await client.connect()
  const enough = `select from authorisations where state = 'held' offset ${count - 1} limit 1`
  while ((await client.query(enough)).rowCount === 0);
  await client.end()
}

test.each([
  ['server', {}, 'failed', 'DATABASE_URL'],
  ['migrate', { DATABASE_URL: 'postgres:///none?host=/nonexistent&user=nobody' }, 'migration-failed', 'ENOENT'],
  ['exercise', {}, 'exercise-failed', 'Invalid URL'],
])('%s with %o says what is wrong and ends with 1', async (program, env, event, fault) => {
  const { lines, ended } = run(program, env)
  const line = await nextLine(lines)
  expect(line.event).toBe(event)
  expect(line['fault']).toContain(fault)
  expect(await ended).toEqual([1, null])
})
