import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { routes, type RunView } from '@sluice/contracts/api'
import { beforeAll, expect, test } from 'vitest'
import type { Platform } from '../harness/platform.ts'
import { registerSmallProject } from '../harness/small-project.ts'

export interface Setting {
  platform: Platform
  /** A folder that the platform's user may enter. */
  scratch: string
  /** Of that user, where it is somebody else than the one who runs the tests. */
  owner: number
}

/** A job that tries to get at Sluice, at another job, and at the API as someone: every attempt is denied. */
export function hostileJobCases(name: string, open: () => Promise<Setting>): void {
  let attempts: { got: boolean; what: string }[] = []
  let run: RunView

  beforeAll(async () => {
    const setting = await open()
    const { platform } = setting
    const victim = await registerSmallProject(platform, `victim-${name}`, setting.scratch, setting.owner)
    const hostile = await registerSmallProject(platform, `hostile-${name}`, setting.scratch, setting.owner)
    const secret = [randomUUID(), randomUUID()]
    const victimRun = await startVictim(platform, victim.slug, secret.join(''), () => victim.push(), victim.folder)
    await hostile.over(await hostile.push())
    const plan = await planOf(platform, { project: hostile.slug, run: victimRun, victim: victim.slug, secret })
    const attack = await readFile(join(import.meta.dirname, 'attack.cjs'), 'utf8')
    const runId = await hostile.change('attack', {
      'attack.cjs': attack,
      'plan.json': JSON.stringify(plan),
      'wait.sh': 'node attack.cjs\n',
    })
    run = await hostile.over(runId)
    await platform.call(routes.cancelRun, { parameters: { run: victimRun } })
    const log = await hostile.log(runId, 'unit-test')
    expect(log).toContain('ATTEMPTS END')
    attempts = [...log.matchAll(/ATTEMPT (GOT|DENIED) (.*)/g)].map(([, state, what = '']) => ({
      got: state === 'GOT',
      what,
    }))
  })

  test('every attempt of the job was denied, or its run is marked unisolated', () => {
    expect(attempts.length).toBeGreaterThan(60)
    const got = attempts.filter((attempt) => attempt.got).map(({ what }) => what)
    const overTheApi = got.filter((what) => what.includes('(status'))
    expect(overTheApi).toEqual([])
    if (!run.unisolated) expect(got).toEqual([])
  })

  test('the API refused for want of rights, not for want of form', () => {
    const statuses = attempts.flatMap(({ what }) => {
      const status = /^(?!fetch|end|sign in|take).*\(status (\d+)\)$/.exec(what)?.[1]
      return status === undefined ? [] : [Number(status)]
    })
    expect(statuses.length).toBeGreaterThan(20)
    expect(statuses.filter((status) => status !== 401 && status !== 403)).toEqual([])
  })
}

/** Another project's job that holds a secret and is still at work when the attack comes. */
async function startVictim(
  platform: Platform,
  slug: string,
  secret: string,
  push: () => Promise<string>,
  folder: string,
): Promise<string> {
  const { writeFile } = await import('node:fs/promises')
  const lines = [`export HELD=${secret}`, 'echo $HELD > held.txt', 'echo $HELD > /tmp/held.txt', 'sleep 60', '']
  await writeFile(join(folder, 'wait.sh'), lines.join('\n'))
  const runId = await push()
  await platform.untilRun(runId, (run) =>
    run.stages.some(({ jobs }) => jobs.some(({ name, state }) => name === 'unit-test' && state === 'running')),
  )
  expect((await platform.project(slug)).runs).toHaveLength(1)
  return runId
}

async function planOf(
  platform: Platform,
  { project, run, victim, secret }: { project: string; run: string; victim: string; secret: string[] },
): Promise<Record<string, unknown>> {
  const inData = (paths: string[]): string[] => paths.map((path) => join(platform.data, path))
  const parts = (['server', 'router', 'runner'] as const).map(async (part) => platform.pidOf(part))
  return {
    url: await platform.url(),
    project,
    run,
    secret,
    files: inData([
      'keys/signer.pem',
      'postgres.password',
      'server.json',
      'runner.json',
      'router.json',
      'log/server.log',
    ]),
    folders: [platform.data, ...inData(['run', 'runner', 'blobs', 'repositories', 'postgres', 'target']), homedir()],
    sockets: inData(['run/server.sock', 'run/router.sock', 'run/pg/.s.PGSQL.5432']),
    pids: [...(await Promise.all(parts)), platform.up.pid, await platform.postmaster()],
    otherRepositories: [victim, 'card'].map((slug) => `/git/${slug}.git/info/refs?service=git-upload-pack`),
  }
}
