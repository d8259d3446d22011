import { routes, type RunView } from '@sluice/contracts/api'
import type { ProcessMode } from '@sluice/contracts/resource-group'
import type { JobResponse } from '@sluice/contracts/runner'
import { openDatabase, readLog } from '@sluice/store-postgres'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { FakeRunner } from '../testing/fake-runner.ts'
import { TestPlatform } from '../testing/platform.ts'
import { bareFiles, writeFiles } from '../testing/sample-project.ts'

const { url, reason } = inject('postgres')

const policy = 'version: 1\nreports: []\ngates: []\nenvironments: []\n'

describe.skipIf(url === null)(`runs of a project that are under way at once ${reason}`, { timeout: 60_000 }, () => {
  let platform: TestPlatform
  let runner: FakeRunner
  let changes = 0

  beforeAll(async () => {
    platform = await TestPlatform.start(url ?? '')
    runner = await platform.registerRunner()
  }, 60_000)
  afterAll(() => platform?.close(), 60_000)

  const addProject = (slug: string, pipeline: string) =>
    platform.addProject(slug, { ...bareFiles, 'sluice.yml': policy, '.gitlab-ci.yml': pipeline })

  /** @returns the id of the run that a change begins */
  async function push(project: string): Promise<string> {
    await writeFiles(join(platform.folder, project), { CHANGE: String(++changes) })
    const { run } = await platform.call(routes.syncProject, { parameters: { project } })
    if (run === null) throw new Error('no run was begun')
    return run.id
  }

  async function takeJob(): Promise<JobResponse> {
    const job = await runner.take()
    if (job === null) throw new Error('there was no job')
    return job
  }

  const jobOf = (run: RunView, name: string) => run.stages.flatMap(({ jobs }) => jobs).find((job) => job.name === name)
  const untilJob = (id: string, name: string, state: string) =>
    platform.untilRun(id, (run) => jobOf(run, name)?.state === state)

  describe('with a resource group', () => {
    const pipeline = `workflow: { auto_cancel: { on_new_commit: none } }
stages: [build, deploy]
build: { stage: build, script: [./build], rules: [{ if: $CI_PIPELINE_SOURCE == "web" }] }
deploy: { stage: deploy, script: [./deploy], resource_group: $CI_COMMIT_BRANCH/device }
`
    const groups = (project: string) => platform.call(routes.listResourceGroups, { parameters: { project } })
    const configure = (project: string, group: string, processMode: ProcessMode) =>
      platform.call(routes.configureResourceGroup, { parameters: { project, group }, body: { processMode } })

    test('one waits for the other, says for which, and goes on after a restart of the server', async () => {
      await addProject('grouped', pipeline)
      expect(await groups('grouped')).toEqual([])
      const [first, second] = [await push('grouped'), await push('grouped')]
      const waiting = jobOf(await platform.getRun(second), 'deploy')
      expect(waiting).toMatchObject({
        state: 'waiting_for_resource',
        resourceGroup: 'main/device',
        attempts: [],
        stateReason: {
          en: 'waits for resource group "main/device": held by job "deploy" of run 1',
          zh: '等待资源组“main/device”：正由运行 #1 的作业“deploy”占用',
        },
      })
      const claim = { job: 'deploy' }
      const view = {
        name: 'main/device',
        processMode: 'unordered',
        holder: { ...claim, runId: first, runNumber: 1, state: 'held' },
        line: [{ ...claim, runId: second, runNumber: 2, state: 'waiting' }],
      }
      expect(await groups('grouped')).toEqual([view])
      expect((await platform.getRun(second)).resourceGroups).toEqual([view])
      const job = await takeJob()
      await platform.restart()
      await runner.finish(job, 'success')
      await untilJob(second, 'deploy', 'pending')
      await runner.finish(await takeJob(), 'success')
      expect(await platform.untilRun(second, ({ status }) => status !== 'running')).toMatchObject({ status: 'success' })
      expect(await groups('grouped')).toMatchObject([{ holder: null, line: [] }])
    })

    test('its mode puts another run first, and says so; only the administrator chooses it', async () => {
      await addProject('ordered', pipeline)
      const first = await push('ordered')
      const job = await takeJob()
      const runs = [await push('ordered'), await push('ordered')]
      const [second = '', third = ''] = runs
      await configure('ordered', 'main/device', 'newest_ready_first')
      await configure('ordered', 'main/device', 'newest_ready_first')
      expect((await groups('ordered'))[0]?.line.map(({ runNumber }) => runNumber)).toEqual([3, 2])
      await runner.finish(job, 'success')
      await untilJob(third, 'deploy', 'pending')
      expect(jobOf(await platform.getRun(second), 'deploy')?.state).toBe('waiting_for_resource')
      for (const run of [first, second, third]) await platform.call(routes.cancelRun, { parameters: { run } })
      const { db, close } = await openDatabase(platform.database.url)
      const log = await readLog(db, { project: 'ordered' })
      await close()
      expect(log.filter(({ kind }) => kind === 'resource-group.configured')).toMatchObject([
        {
          actor: { kind: 'person' },
          payload: { group: 'main/device', processMode: 'newest_ready_first', before: 'unordered' },
        },
      ])
      await expect(configure('ordered', 'device', 'unordered')).rejects.toMatchObject({
        code: 'RESOURCE_GROUP_UNKNOWN',
        status: 404,
        message: expect.stringContaining('wanted one of "main/device"'),
      })
      await expect(configure('ordered', 'main/device', 'random' as ProcessMode)).rejects.toMatchObject({ status: 400 })
      const path = '/api/projects/ordered/resource-groups/main%2Fdevice'
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ processMode: 'unordered' })
      expect((await fetch(`${platform.url}${path}`, { method: 'PUT', headers, body })).status).toBe(401)
    })

    test('a job that is not ready keeps its place in an ordered group, and others say so', async () => {
      await addProject('kept', pipeline.replace('if: $CI_PIPELINE_SOURCE == "web"', 'when: always'))
      const first = await push('kept')
      const build = await takeJob()
      await configure('kept', 'main/device', 'oldest_first')
      const second = await push('kept')
      await runner.finish(await takeJob(), 'success')
      const run = await untilJob(second, 'deploy', 'waiting_for_resource')
      expect(jobOf(run, 'deploy')?.stateReason.en).toBe(
        'waits for resource group "main/device": by its mode oldest_first, job "deploy" of run 1 comes first',
      )
      await configure('kept', 'main/device', 'unordered')
      await untilJob(second, 'deploy', 'pending')
      for (const id of [first, second]) await platform.call(routes.cancelRun, { parameters: { run: id } })
      await runner.finish(build, 'failed')
    })
  })

  describe('when a newer commit comes', () => {
    const cancel = (run: string) => platform.call(routes.cancelRun, { parameters: { run } })

    test('a run in which nothing has started ends, and names the run for which', async () => {
      await addProject('pending', 'build: { script: [./build] }\n')
      const [older, newer] = [await push('pending'), await push('pending')]
      const run = await platform.untilRun(older, ({ status }) => status !== 'running')
      expect(run).toMatchObject({ status: 'canceled', delivery: 'stopped' })
      expect(run.sentence.en).toBe('Stopped before release: canceled for run 2 of a newer commit.')
      expect((await platform.getRun(newer)).status).toBe('running')
      await runner.finish(await takeJob(), 'success')
      await platform.untilRun(newer, ({ status }) => status === 'success')
    })

    test('a running job that is interruptible is told to stop; of one that is not, the run goes on', async () => {
      await addProject('running', 'build: { script: [./build], interruptible: true }\n')
      await addProject('firm', 'build: { script: [./build] }\n')
      const soft = await push('running')
      const stopping = await takeJob()
      const firm = await push('firm')
      const staying = await takeJob()
      const newer = [await push('running'), await push('firm')]
      await untilLogged(soft, 'run.outdated')
      expect((await runner.finish(stopping, 'failed')).headers.get('job-status')).toBe('canceled')
      expect(await platform.untilRun(soft, ({ status }) => status !== 'running')).toMatchObject({ status: 'canceled' })
      await runner.finish(staying, 'success')
      expect(await platform.untilRun(firm, ({ status }) => status !== 'running')).toMatchObject({ status: 'success' })
      for (const id of newer) await cancel(id)
    })

    test('interruptible ends jobs alone, and its log names them', async () => {
      await addProject(
        'partly',
        `workflow: { auto_cancel: { on_new_commit: interruptible } }
stages: [build]
soft: { stage: build, script: [./soft], interruptible: true }
hard: { stage: build, script: [./hard] }
`,
      )
      const older = await push('partly')
      const jobs = [await takeJob(), await takeJob()]
      const newer = await push('partly')
      const run = await untilLogged(older, 'run.outdated')
      expect(run.log.find(({ kind }) => kind === 'run.outdated')?.payload).toMatchObject({ jobs: ['soft'] })
      for (const job of jobs) await runner.finish(job, job.job_info.name === 'soft' ? 'failed' : 'success')
      const ended = await platform.untilRun(older, ({ status }) => status !== 'running')
      expect(['soft', 'hard'].map((name) => jobOf(ended, name)?.state)).toEqual(['canceled', 'success'])
      expect(ended).toMatchObject({ status: 'canceled', release: null })
      await cancel(newer)
    })

    const untilLogged = (id: string, kind: string) =>
      platform.untilRun(id, ({ log }) => log.some((entry) => entry.kind === kind))
  })
})
