/** `kill -9` in the middle of things: what was acknowledged goes on, and nothing is done twice. */
import { randomUUID } from 'node:crypto'
import type { RunView } from '@sluice/contracts/api'
import { inject, beforeAll, describe, expect, test } from 'vitest'
import { markedInstances } from './harness/leftovers.ts'
import { isAlive, startPlatform, type Platform } from './harness/platform.ts'
import { share, sharedData, sharedPlatform } from './harness/shared-platform.ts'
import { registerSmallProject, type SmallProject } from './harness/small-project.ts'

let platform: Platform
let project: SmallProject

beforeAll(async () => {
  platform = await sharedPlatform()
  project = await registerSmallProject(platform, 'crashes', inject('scratch'))
  const first = await project.over(await project.push())
  expect(first.sentence.en).toMatch(/./)
  expect(first.delivery).toBe('delivered')
})

const jobOf = (run: RunView, name: string) => run.stages.flatMap(({ jobs }) => jobs).find((job) => job.name === name)
const productionOf = (run: RunView) => run.deployments.find(({ environment }) => environment === 'production')

/** Of one run: started deployments by environment. */
const startsOf = (run: RunView): string[] =>
  run.log.flatMap((entry) => (entry.kind === 'deployment.started' ? [entry.payload.environment] : []))

/** Asks a URL again and again until something has happened. @returns each answer's status; 0 for none */
async function askUntil(url: string, happened: Promise<unknown>): Promise<number[]> {
  const over = new AbortController()
  const end = (): void => over.abort()
  happened.then(end, end)
  const statuses: number[] = []
  while (!over.signal.aborted) {
    const answer = await fetch(url).catch(() => null)
    await answer?.text()
    statuses.push(answer?.status ?? 0)
  }
  return statuses
}

async function serverAgain(from: number): Promise<string> {
  return platform.up.line(/The server runs again/, { from })
}

describe('the server is killed', () => {
  test('in the middle of a job: the job goes on, and so does the run', async () => {
    const runId = await project.change('long-job', { 'wait.sh': 'sleep 6\n', 'version.txt': randomUUID() })
    await platform.untilRun(runId, (run) => jobOf(run, 'unit-test')?.state === 'running')
    const from = platform.up.lines.length
    await platform.kill('server')
    await serverAgain(from)
    const run = await project.over(runId)
    expect(run).toMatchObject({ status: 'success' })
    const job = jobOf(run, 'unit-test')
    const attempts = job?.attempts.map(({ number, state }) => ({ number, state }))
    expect(attempts).toEqual([{ number: 1, state: 'success' }])
    expect(run.evidence).toHaveLength(1)
    expect(await project.log(runId, 'unit-test')).toMatch(/Job succeeded/)
  })

  test('in the middle of the canary: services answer meanwhile, and the rollout goes on', async () => {
    const { url, release } = await platform.environment(project.slug, 'production')
    const runId = await project.change('canary', { 'version.txt': 'from the canary\n' }, true)
    const midway = await platform.untilRun(runId, (run) => [10, 50].includes(productionOf(run)?.weight ?? 0))
    expect(productionOf(midway)?.state).toBe('running')
    const from = platform.up.lines.length
    await platform.kill('server')
    const statuses = await askUntil(url, serverAgain(from))
    expect(statuses.length).toBeGreaterThan(10)
    expect(statuses.filter((status) => status !== 200)).toEqual([])

    const run = await project.over(runId)
    expect(run.sentence.en).toMatch(/./)
    expect(startsOf(run)).toEqual(['staging', 'production'])
    expect(run.deployments.map(({ environment }) => environment)).toEqual(['staging', 'production'])
    expect(productionOf(run)?.state, productionOf(run)?.sentence.en).toBe('promoted')
    const after = await platform.environment(project.slug, 'production')
    expect(after.release?.digest).toBe(run.release?.digest)
    expect(after.release?.digest).not.toBe(release?.digest)
    expect(await (await fetch(url)).text()).toBe('from the canary')
  })

  test('and never do two instances of one environment stay', async () => {
    const sites = await platform.sites()
    const served = sites.flatMap(({ backends }) => backends)
    expect(served.map(({ weight }) => weight)).toEqual(sites.map(() => 100))
    const running = (await platform.instances()).map(({ instanceId }) => instanceId)
    expect(running.toSorted()).toEqual(served.map(({ id }) => id).toSorted())
    expect(await markedInstances(platform.data)).toEqual(running.toSorted())
  })
})

test('the router is killed: it comes back by itself with the same URLs and weights', async () => {
  const before = await platform.sites()
  const from = platform.up.lines.length
  await platform.kill('router')
  await platform.up.line(/The router runs again/, { from })
  const weightsOf = (sites: typeof before) =>
    sites.map(({ name, url, backends }) => ({
      name,
      url,
      backends: backends.map(({ id, weight }) => ({ id, weight })),
    }))
  expect(weightsOf(await platform.sites())).toEqual(weightsOf(before))
  for (const { url } of before) expect((await fetch(`${url}/health`)).status, url).toBe(200)
})

test('a process of a service is killed: another one of the same release takes its place', async () => {
  const { url, release } = await platform.environment(project.slug, 'staging')
  const site = await platform.site(project.slug, 'staging')
  const victim = (await platform.instances()).find(({ instanceId }) => instanceId === site.backends[0]?.id)
  const runId = release?.runId ?? ''
  process.kill(-(victim?.pid ?? 0), 'SIGKILL')
  await platform.untilProject(project.slug, ({ environments }) =>
    environments.some(({ name, state }) => name === 'staging' && state === 'healthy'),
  )
  const after = await platform.environment(project.slug, 'staging')
  expect(after.release?.runId).toBe(runId)
  expect((await fetch(url)).status).toBe(200)
})

test('everything is killed, in the middle of a job: the next start finds the state and goes on', async () => {
  const before = await platform.sites()
  const services = await platform.instances()
  const runId = await project.change('all-killed', { 'wait.sh': 'sleep 6\n' })
  await platform.untilRun(runId, (run) => jobOf(run, 'unit-test')?.state === 'running')
  const pids = await Promise.all([platform.pidOf('runner'), platform.pidOf('server'), platform.pidOf('router')])
  const postmaster = await platform.postmaster()
  for (const pid of [platform.up.pid, ...pids, postmaster ?? 0]) if (pid > 0) process.kill(pid, 'SIGKILL')
  await platform.up.ended
  expect(services.filter(({ pid }) => !isAlive(pid))).toEqual([])

  platform = await startPlatform(sharedData())
  share(platform)
  const after = await platform.sites()
  expect(after.map(({ name, url }) => [name, url])).toEqual(before.map(({ name, url }) => [name, url]))
  expect((await platform.instances()).toSorted(byId)).toEqual(services.toSorted(byId))
  for (const { url } of after) expect((await fetch(`${url}/health`)).status, url).toBe(200)

  const run = await platform.untilRun(runId, ({ status }) => status !== 'running')
  const attempts = jobOf(run, 'unit-test')?.attempts ?? []
  expect(attempts.length).toBeGreaterThanOrEqual(1)
  // The runner's own end kills its jobs, so the attempt is lost; the run says so.
  if (run.status !== 'success') expect(jobOf(run, 'unit-test')?.stateReason.en).toMatch(/runner/)
})

const byId = (a: { instanceId: string }, b: { instanceId: string }): number => a.instanceId.localeCompare(b.instanceId)
