import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { routes } from '@sluice/contracts/api'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { FakeRunner } from '../testing/fake-runner.ts'
import { TestPlatform } from '../testing/platform.ts'
import { junit, projectFiles, releaseFiles, writeFiles } from '../testing/sample-project.ts'

const { url, reason } = inject('postgres')

describe.skipIf(url === null)(`the URLs of environments ${reason}`, { timeout: 60_000 }, () => {
  let platform: TestPlatform
  let runner: FakeRunner
  let other: Server
  let first = 0

  beforeAll(async () => {
    other = createServer()
    other.listen(0, '127.0.0.1')
    await once(other, 'listening')
    first = (other.address() as AddressInfo).port
    platform = await TestPlatform.start(url ?? '', first)
    runner = await platform.registerRunner()
    for (const slug of ['one', 'two']) await platform.addProject(slug, projectFiles)
  }, 60_000)
  afterAll(async () => {
    other?.close()
    await platform?.close()
  }, 60_000)

  const push = async (project: string, files: Record<string, string> = {}): Promise<string> => {
    await writeFiles(join(platform.folder, project), files)
    const { run } = await platform.call(routes.syncProject, { parameters: { project } })
    return run?.id ?? ''
  }
  const cancel = (run: string) => platform.call(routes.cancelRun, { parameters: { run } })
  const portsOf = async (project: string): Promise<[string, number][]> => {
    const { environments } = await platform.call(routes.getProject, { parameters: { project } })
    return environments.map(({ name, url: at }) => [name, Number(new URL(at).port) - first])
  }

  test('have ports of their own, whichever project comes first and wherever an environment is put', async () => {
    for (const project of ['one', 'two']) await cancel(await push(project))
    expect(await portsOf('one')).toEqual([
      ['staging', 0],
      ['production', 1],
    ])
    expect(await portsOf('two')).toEqual([
      ['staging', 2],
      ['production', 3],
    ])
    const more = projectFiles['sluice.yml']?.replace(
      /( {2}- name: staging[^]*?)( {2}- name: production)/,
      (_, staging: string, production: string) => `${staging}${staging.replace('staging', 'preview')}${production}`,
    )
    await cancel(await push('one', { 'sluice.yml': more ?? '' }))
    expect(await portsOf('one')).toEqual([
      ['staging', 0],
      ['preview', 4],
      ['production', 1],
    ])
  })

  test('on a port that another program has: the delivery says so, and is canceled at once', async () => {
    const id = await push('one', { CHANGE: 'taken' })
    const stop = new AbortController()
    const working = runner.work(
      (job) =>
        job.job_info.name === 'package'
          ? { files: releaseFiles({ version: 'one' }) }
          : { reports: { tests: junit(0) } },
      stop.signal,
    )
    const waiting = await platform.untilRun(id, ({ sentence }) => sentence.en.includes('cannot begin'))
    stop.abort()
    await working
    expect(waiting.sentence.en).toContain(`port ${first} of 127.0.0.1, on which its URL is, is in use`)
    expect(waiting.sentence.zh).toContain(`端口 ${first} 被其他程序占用`)
    await cancel(id)
    expect(await platform.getRun(id)).toMatchObject({ delivery: 'stopped', deployments: [] })
  })
})
