import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { processTarget } from '@sluice/contracts/policy'
import type { RunningInstance, ServiceSettings, StartRequest } from '@sluice/rollout'
import { targetCases } from '@sluice/rollout/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { plainIsolation } from '../testing/plain-isolation.ts'
import { SampleReleases } from '../testing/sample-release.ts'
import { endProcess } from './end-process.ts'
import { identify, markerName } from './process-identity.ts'
import { ProcessTarget, type ProcessTargetConfig } from './process-target.ts'

interface Place {
  folder: string
  config: ProcessTargetConfig
  releases: SampleReleases
  well: string
  service: ServiceSettings
  target: ProcessTarget
  close(): Promise<void>
}

const secret = 'postgres://card:s3cret@db/card'

async function openPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-target-'))
  const releases = new SampleReleases()
  const well = releases.add(200)
  const config = {
    folder,
    isolation: plainIsolation,
    nodeFolder: dirname(process.execPath),
    releases,
    watchEveryMs: 20,
  }
  const target = await ProcessTarget.open(config)
  const policy = processTarget.parse({
    kind: 'process',
    command: ['node', 'server.mjs', 'serve'],
    environment: { GREETING: 'hello', MIGRATIONS_FILE: join(folder, 'migrations.txt') },
    database: true,
    migrate: ['node', 'bin/migrate.mjs'],
    health: { path: '/health' },
    exercise: ['node', 'bin/exercise.mjs'],
  })
  const service = { environment: 'staging', policy, secrets: { DATABASE_URL: secret } }
  return { folder, config, releases, well, service, target, close: () => closePlace(target, folder) }
}

async function closePlace(target: ProcessTarget, folder: string): Promise<void> {
  for (const { instanceId } of await target.list()) await target.stop(instanceId, 0)
  await target.close()
  // Releases are read-only, to their owner as well.
  execFileSync('chmod', ['-R', 'u+w', folder])
  await rm(folder, { recursive: true, force: true })
}

async function testPlace(): Promise<Place> {
  const place = await openPlace()
  onTestFinished(() => place.close())
  return place
}

const request = ({ well, service }: Place, instanceId = 'i1'): StartRequest => ({
  instanceId,
  role: 'candidate',
  releaseDigest: well,
  service,
})

async function startHealthy(place: Place, instanceId = 'i1'): Promise<RunningInstance> {
  const instance = await place.target.start(request(place, instanceId))
  expect(await place.target.health(instanceId, { path: '/health', timeoutMs: 15_000 })).toMatchObject({ healthy: true })
  return instance
}

async function recordOf(folder: string, kind: string, id: string): Promise<{ process: { pid: number } | null }> {
  return JSON.parse(await readFile(join(folder, kind, `${id}.json`), 'utf8')) as { process: { pid: number } | null }
}

targetCases('ProcessTarget', async () => {
  const place = await openPlace()
  const others: ProcessTarget[] = []
  const ill = place.releases.add(503)
  const stuck = place.releases.add(200, 1)
  return {
    target: place.target,
    releases: { well: place.well, neverHealthy: ill, migrateFails: stuck },
    service: place.service,
    async reopen() {
      const other = await ProcessTarget.open(place.config)
      others.push(other)
      return other
    },
    async kill(instanceId) {
      const instance = (await place.target.list()).find((one) => one.instanceId === instanceId)
      process.kill(instance?.pid ?? 0, 'SIGKILL')
    },
    migrations: async () => (await readFile(join(place.folder, 'migrations.txt'), 'utf8')).length,
    async exercising(exerciseId) {
      const record = await recordOf(place.folder, 'exercises', exerciseId)
      return identify(record.process?.pid ?? 0) !== null
    },
    async close() {
      for (const other of others) await other.close()
      await place.close()
    },
  }
})

describe('an instance', () => {
  test('gets its variables, and no secret in its arguments, records or logs', async () => {
    const place = await testPlace()
    const { port, pid } = await startHealthy(place)
    const answer = (await (await fetch(`http://127.0.0.1:${port}/`)).json()) as Record<string, unknown>
    expect(answer).toEqual({
      RELEASE_DIGEST: place.well,
      ENVIRONMENT: 'staging',
      DATABASE_URL: secret,
      GREETING: 'hello',
      argv: ['serve'],
    })
    expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).not.toContain('s3cret')
    for (const folder of ['instances', 'logs']) {
      for (const name of await readdir(join(place.folder, folder))) {
        expect(await readFile(join(place.folder, folder, name), 'utf8')).not.toContain('s3cret')
      }
    }
    expect(await readFile(place.target.logPath('i1'), 'utf8')).toBe('listening\n')
  })

  test('runs from files that nobody may change', async () => {
    const place = await testPlace()
    await startHealthy(place)
    const root = join(place.folder, 'releases', place.well.slice('sha256:'.length))
    const modes = await Promise.all(
      ['.', 'bin', 'server.mjs', 'bin/migrate.mjs'].map(async (path) => (await stat(join(root, path))).mode & 0o777),
    )
    expect(modes).toEqual([0o555, 0o555, 0o444, 0o444])
  })

  test('that was spawned when the host died before recording it is found by its marker, not started twice', async () => {
    const place = await testPlace()
    const first = await startHealthy(place)
    const path = join(place.folder, 'instances', 'i1.json')
    const record = await recordOf(place.folder, 'instances', 'i1')
    await writeFile(path, JSON.stringify({ ...record, process: null }))
    const later = await ProcessTarget.open(place.config)
    onTestFinished(() => later.close())
    expect(await later.start(request(place))).toEqual(first)
    expect((await recordOf(place.folder, 'instances', 'i1')).process?.pid).toBe(first.pid)
  })

  test('whose number was given to another process is not mistaken for it', async () => {
    const place = await testPlace()
    const first = await startHealthy(place)
    const path = join(place.folder, 'instances', 'i1.json')
    const record = (await recordOf(place.folder, 'instances', 'i1')) as { process: object }
    await writeFile(path, JSON.stringify({ ...record, process: { pid: process.pid, startTicks: '1' } }))
    expect(await place.target.list()).toEqual([])
    await endProcess({ pid: first.pid, startTicks: identify(first.pid)?.startTicks ?? '' }, 0)
    const second = await place.target.start(request(place))
    expect(second.pid).not.toBe(process.pid)
    expect(await place.target.health('i1', { path: '/health', timeoutMs: 10_000 })).toMatchObject({ healthy: true })
  })

  test('that does not end by SIGTERM is ended by force', async () => {
    const place = await testPlace()
    const { policy } = place.service
    const command = ['node', '-e', `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')`]
    const stubborn = { ...request(place), service: { ...place.service, policy: { ...policy, command } } }
    const { pid } = await place.target.start(stubborn)
    await expect.poll(() => readFile(place.target.logPath('i1'), 'utf8'), { timeout: 15_000 }).toBe('up\n')
    await place.target.stop('i1', 50)
    expect(identify(pid)).toBeNull()
  })

  test('with a program that is not there cannot be started', async () => {
    const place = await testPlace()
    const service = { ...place.service, policy: { ...place.service.policy, command: ['no-such-program'] } }
    await expect(place.target.start({ ...request(place), service })).rejects.toMatchObject({
      code: 'TARGET_START_FAILED',
      message: expect.stringContaining('no-such-program'),
    })
  })

  test('that is asked for while it ends is no news when it has ended', async () => {
    const place = await testPlace()
    await startHealthy(place)
    const exits: string[] = []
    place.target.onExit(({ instanceId }) => exits.push(instanceId))
    const over = new AbortController()
    const stopped = place.target.stop('i1', 10_000).then(() => over.abort())
    while (!over.signal.aborted) await place.target.list()
    await stopped
    await place.target.start({ ...request(place), instanceId: 'i2' })
    const second = new Promise((resolve) => place.target.onExit(resolve))
    process.kill((await place.target.list())[0]?.pid ?? 0, 'SIGKILL')
    await second
    expect(exits).toEqual(['i2'])
  })

  test('that was stopped leaves no record, also where the host died before it was gone, and never starts again', async () => {
    const place = await testPlace()
    const records = async () =>
      (await readdir(join(place.folder, 'instances'))).filter((name) => name.endsWith('.json'))
    await startHealthy(place)
    await place.target.stop('i1', 10_000)
    expect(await records()).toEqual([])
    const { pid } = await startHealthy(place, 'i2')
    await writeFile(join(place.folder, 'stopped', 'i2.json'), JSON.stringify({ version: 1, id: 'i2' }))
    process.kill(pid, 'SIGKILL')
    await new Promise((resolve) => place.target.onExit(resolve))
    const later = await ProcessTarget.open(place.config)
    onTestFinished(() => later.close())
    expect(await records()).toEqual([])
    for (const id of ['i1', 'i2'])
      await expect(later.start(request(place, id))).rejects.toMatchObject({ code: 'TARGET_INSTANCE_STOPPED' })
  })

  test('has its log begun anew when it has grown, also where another log cannot be', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const place = await testPlace()
    const limited = await ProcessTarget.open({ ...place.config, logLimitBytes: 10 })
    onTestFinished(() => limited.close())
    const folder = join(place.folder, 'logs')
    await mkdir(join(folder, 'a.log'), { recursive: true })
    await writeFile(join(folder, 'b.log'), 'x'.repeat(11))
    vi.advanceTimersByTime(60_000)
    await expect.poll(() => readFile(join(folder, 'b.log'), 'utf8')).toBe('')
  })

  test('survives the target, and its death is noticed by the next one', async () => {
    const place = await testPlace()
    const { pid } = await startHealthy(place)
    await place.target.close()
    const later = await ProcessTarget.open(place.config)
    onTestFinished(() => later.close())
    expect(await later.list()).toMatchObject([{ pid }])
    const exited = new Promise((resolve) => later.onExit(resolve))
    process.kill(pid, 'SIGKILL')
    expect(await exited).toEqual({ instanceId: 'i1', reason: 'gone' })
  })
})

describe('a release', () => {
  test.each([
    ['a file that is not there', (place: Place, digest: string) => place.releases.contents.delete(digest)],
    ['a file with other bytes', (place: Place, digest: string) => place.releases.contents.set(digest, 'evil')],
  ])('with %s is refused, and nothing of it stays', async (_, damage) => {
    const place = await testPlace()
    const manifest = await place.releases.manifest(place.well)
    damage(place, manifest?.entries[0]?.digest ?? '')
    await expect(place.target.start(request(place))).rejects.toMatchObject({ code: 'TARGET_RELEASE_DAMAGED' })
    const names = await readdir(join(place.folder, 'releases'))
    expect(names.filter((name) => !name.endsWith('.new'))).toEqual([])
  })

  test('with a manifest of another digest is refused', async () => {
    const place = await testPlace()
    const other = await place.releases.manifest(place.well)
    place.releases.manifest = async () => ({ entries: other?.entries.slice(1) ?? [] })
    await expect(place.target.start(request(place))).rejects.toMatchObject({ code: 'TARGET_RELEASE_DAMAGED' })
  })
})

describe('a migration', () => {
  test('has its secrets masked in what it wrote', async () => {
    const place = await testPlace()
    const { output } = await place.target.migrate({
      commandId: 'c1',
      releaseDigest: place.well,
      service: place.service,
    })
    expect(output).toBe('at [MASKED]\n')
  })

  test('that a crash left behind is ended before another one runs', async () => {
    const place = await testPlace()
    const { sha256Hex } = await import('@sluice/kernel')
    const env = { ...process.env, [markerName]: `${place.folder}#migrate#${sha256Hex('c1')}` }
    const left = spawn('sleep', ['600'], { env, detached: true, stdio: 'ignore' })
    const exited = once(left, 'exit')
    await place.target.migrate({ commandId: 'c1', releaseDigest: place.well, service: place.service })
    expect(await exited).toEqual([null, 'SIGKILL'])
  })
})

describe('an exercise', () => {
  test('that an earlier target left is ended when the next one opens', async () => {
    const place = await testPlace()
    const exercise = {
      exerciseId: 'e1',
      releaseDigest: place.well,
      service: place.service,
      targetUrl: 'http://127.0.0.1:9',
    }
    await place.target.startExercise(exercise)
    const { process: left } = await recordOf(place.folder, 'exercises', 'e1')
    expect(identify(left?.pid ?? 0)).not.toBeNull()
    const later = await ProcessTarget.open(place.config)
    onTestFinished(() => later.close())
    expect(identify(left?.pid ?? 0)).toBeNull()
  })
})
