import { routes } from '@sluice/contracts/api'
import type { JobResponse } from '@sluice/contracts/runner'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { FakeRunner, Played } from '../testing/fake-runner.ts'
import { TestPlatform } from '../testing/platform.ts'
import { junit, releaseFiles, writeFiles, type ServiceOptions } from '../testing/sample-project.ts'

const { url, reason } = inject('postgres')
const parameters = { project: 'sample' }

describe.skipIf(url === null)(`a server with its runner, router and services ${reason}`, { timeout: 60_000 }, () => {
  let platform: TestPlatform
  let runner: FakeRunner

  beforeAll(async () => {
    platform = await TestPlatform.start(url ?? '')
    runner = await platform.registerRunner()
    const body = { slug: 'sample', name: 'Sample', folder: platform.projectFolder }
    await platform.call(routes.registerProject, { body })
  }, 60_000)
  afterAll(() => platform?.close(), 60_000)

  /** Changes the project's folder and pushes it. @returns the id of the run that it begins */
  async function push(version: string): Promise<string> {
    await writeFiles(platform.projectFolder, { VERSION: version })
    const { run } = await platform.call(routes.syncProject, { parameters })
    if (run === null) throw new Error('no run was begun')
    return run.id
  }

  const good =
    (service: ServiceOptions): ((job: JobResponse) => Played) =>
    (job) =>
      job.job_info.name === 'package'
        ? { files: releaseFiles(service), log: 'packing\n' }
        : { reports: { tests: junit(0) } }

  /** Works on jobs while the rest happens. */
  async function whileWorking<T>(play: (job: JobResponse) => Played, wait: () => Promise<T>): Promise<T> {
    const stop = new AbortController()
    const working = runner.work(play, stop.signal)
    try {
      return await wait()
    } finally {
      stop.abort()
      await working
    }
  }

  const deliver = (service: ServiceOptions) =>
    whileWorking(good(service), async () =>
      platform.untilRun(
        await push(service.version),
        ({ delivery }) => delivery === 'delivered' || delivery === 'stopped',
      ),
    )

  const served = async (environment: string): Promise<string> => {
    const { environments } = await platform.call(routes.getProject, { parameters })
    return (await fetch(environments.find(({ name }) => name === environment)?.url ?? '')).text()
  }

  test('takes a push to production', async () => {
    const run = await deliver({ version: 'one' })
    expect(run).toMatchObject({ status: 'success', delivery: 'delivered' })
    expect(run.evidence).toMatchObject([{ name: 'tests', job: 'unit-test', fact: { total: 2, failed: 0 } }])
    expect(run.gates).toMatchObject([{ name: 'quality', state: 'open' }])
    expect(run.deployments.map(({ environment, state }) => [environment, state])).toEqual([
      ['staging', 'promoted'],
      ['production', 'promoted'],
    ])
    expect(new Set(run.deployments.map(({ release }) => release.digest))).toEqual(new Set([run.release?.digest]))
    expect(await served('production')).toBe('one')
    expect(platform.logged).toEqual([])
  })
})
