import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startFakeServer, type FakeServer } from '../testing/fake-server.ts'
import { jobResponseFor, makeRepository } from '../testing/job-response.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
let base = ''
let server: FakeServer
let commit = ''
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'sluice-main-'))
  const made = makeRepository(base, { file: 'x\n' })
  commit = made.commit
  server = await startFakeServer({ repository: made.repository })
})
afterEach(async () => {
  await server.close()
  await rm(base, { recursive: true, force: true })
})

const config = (): string => join(base, 'runner.json')

async function start(settings: object, ...options: string[]): Promise<ChildProcess> {
  await writeConfig(settings)
  return spawn(process.execPath, [main, '--config', config(), ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
}

const writeConfig = (settings: object): Promise<void> =>
  writeFile(
    config(),
    JSON.stringify({
      url: server.url,
      token: server.runnerToken,
      name: 'x',
      folder: join(base, 'runner'),
      ...settings,
    }),
    { mode: 0o600 },
  )

async function endOf(child: ChildProcess): Promise<{ code: number | null; log: string }> {
  let log = ''
  child.stdout?.on('data', (chunk) => (log += String(chunk)))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, log }
}

it.each([
  ['2 for settings that cannot be used', { concurrency: 0 }, 2, 'RUNNER_CONFIG'],
  ['3 for a token that the server refuses', { token: 'wrong-token' }, 3, 'RUNNER_TOKEN_REFUSED'],
])('main exits with %s', async (_, settings, code, error) => {
  const end = await endOf(await start(settings))
  expect(end.code).toBe(code)
  expect(JSON.parse(end.log.trim().split('\n').at(-1) ?? '')).toMatchObject({ level: 'error', code: error })
  expect(end.log).not.toContain('wrong-token')
})

it('main stops its job on SIGTERM with --stop-jobs and exits with 0', async () => {
  const child = await start({}, '--stop-jobs')
  const job = jobResponseFor(server.url, commit, { script: ['echo begun', 'cat /dev/zero >/dev/null'] })
  server.offer(job)
  const ended = endOf(child)
  await begun(job.id)
  child.kill('SIGTERM')
  expect((await ended).code).toBe(0)
  expect(server.seen(job.id).end).toMatchObject({ failure_reason: 'runner_system_failure' })
  expect(readdirSync(join(base, 'runner', 'jobs'))).toEqual([])
})

it('main hands its running job to a server that was started again elsewhere, at SIGHUP', async () => {
  const child = await start({})
  const job = jobResponseFor(server.url, commit, { script: ['echo begun', 'until [ -e go ]; do :; done', 'echo more'] })
  server.offer(job)
  const ended = endOf(child)
  await begun(job.id)
  await server.goAway()
  await server.comeBackElsewhere()
  await writeConfig({})
  child.kill('SIGHUP')
  await writeFile(join(base, 'runner', 'jobs', `job-${job.id}`, 'workspace', 'go'), '')
  const end = await server.when(() => server.seen(job.id).end)
  expect([end.state, server.seen(job.id).trace.toString()]).toEqual(['success', expect.stringContaining('\nmore\n')])
  await writeFile(config(), 'no settings')
  child.kill('SIGHUP')
  const next = jobResponseFor(server.url, commit, { id: job.id + 1, script: ['echo begun'] })
  server.offer(next)
  expect(await server.when(() => hasEnded(next.id))).toBe(true)
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 0, log: expect.stringContaining("the server's URL stays: Cannot read") })
})

it('main takes its jobs with it when it is killed', async () => {
  const child = await start({})
  const job = jobResponseFor(server.url, commit, {
    script: ['echo begun', 'exec 3<>/dev/tcp/127.0.0.1/$PORT', 'echo linked', 'cat /dev/zero >/dev/null'],
  })
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const linked = once(listener, 'connection')
  const address = listener.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  job.variables.push({ key: 'PORT', value: String(port), public: true, masked: false, file: false, raw: false })
  server.offer(job)
  const ended = endOf(child)
  const [socket] = (await linked) as [Socket]
  socket.resume()
  const cut = once(socket, 'close')
  child.kill('SIGKILL')
  await Promise.all([cut, ended])
  expect(socket.destroyed).toBe(true)
  listener.close()
})

const hasEnded = (jobId: number): boolean => {
  try {
    return server.seen(jobId).end !== null
  } catch {
    return false
  }
}

const begun = async (jobId: number): Promise<boolean> =>
  server.when(() => {
    try {
      return server.seen(jobId).trace.includes('\nbegun\n')
    } catch {
      return false
    }
  })
