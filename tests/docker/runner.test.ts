import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { detectIsolation } from '@sluice/isolation-namespaces'
import { startRunner } from '@sluice/runner'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFakeServer } from '../../apps/runner/testing/fake-server.ts'
import { jobResponseFor, makeRepository } from '../../apps/runner/testing/job-response.ts'
import { findEngine, images, makeImages } from '../support/docker-images.ts'

const { socket, missing } = findEngine()
const title = missing === null ? 'a runner with "auto"' : `a runner with "auto" (skipped: ${missing})`

describe.skipIf(missing !== null)(title, { timeout: 120_000 }, () => {
  const base = mkdtempSync(join(tmpdir(), 'sluice-runner-docker-'))
  beforeAll(async () => makeImages(socket ?? ''), 120_000)
  afterAll(() => rmSync(base, { recursive: true, force: true }))

  it('runs a job with an image and a service in containers, on its sources, and one without as a process', async () => {
    const isolation = await detectIsolation()
    const { repository, commit } = makeRepository(base, { file: 'of the change\n' })
    const server = await startFakeServer({ repository })
    const folder = join(base, 'runner')
    const runner = await startRunner({
      config: {
        url: server.url,
        token: server.runnerToken,
        name: 'local',
        folder,
        concurrency: 1,
        executor: 'auto',
        tags: [],
      },
      isolation,
      clock: { now: () => Date.now() },
      waits: { traceMs: 5, touchMs: 20, retryMs: 5, retryMaxMs: 20, pollMs: 5, graceMs: 200 },
      path: process.env['PATH'] ?? '',
      log: () => undefined,
    })
    try {
      const lines = ['cat file; id -u; echo changed >>file', 'echo made >out', 'echo "got ${MODE:-nothing}"']
      const artifact = { name: 'out', untracked: false, paths: ['out', 'file'], exclude: [], when: 'always' as const }
      const zip = { ...artifact, expire_in: 'never', artifact_type: 'archive', artifact_format: 'zip' as const }
      const image = { name: images.user, entrypoint: [''] }
      server.offer(
        jobResponseFor(server.url, commit, {
          id: 1,
          image,
          services: [{ name: images.web, alias: 'web' }],
          script: lines,
          artifacts: [zip],
        }),
      )
      server.offer(jobResponseFor(server.url, commit, { id: 2, script: ['echo "a process"'] }))
      const logOf = async (id: number): Promise<string> =>
        server.when(() => {
          try {
            const seen = server.seen(id)
            return seen.end === null ? null : seen.trace.toString()
          } catch {
            return null
          }
        })
      const log = await logOf(1)
      expect(log).toContain('Preparing the "docker" executor')
      expect(log).toContain('Starting service sluice-test:web as web, sluice-test ...')
      expect(log).toContain('of the change\n1234\n')
      expect(log).toContain('Job succeeded')
      expect(server.seen(1).uploads).toHaveLength(1)
      expect(await logOf(2)).toMatch(/Preparing the "process" executor[^]*\na process\n[^]*Job succeeded/)
    } finally {
      runner.stopJobs()
      await runner.done
      await server.close()
    }
    expect(readdirSync(join(folder, 'containers'))).toEqual([])
  })
})
