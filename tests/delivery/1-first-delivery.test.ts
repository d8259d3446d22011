/** One start on a fresh data folder takes the card all the way to production. */
import { routes, type CriterionView, type MaturityView, type RunView } from '@sluice/contracts/api'
import { formatDuration } from '@sluice/kernel'
import { beforeAll, expect, test } from 'vitest'
import { sluice } from './harness/command.ts'
import { Platform } from './harness/platform.ts'
import { share, sharedData } from './harness/shared-platform.ts'

let platform: Platform
let run: RunView

beforeAll(async () => {
  const startedMs = performance.now()
  const up = sluice(['up', '--port', '0', '--data', sharedData()])
  const outcome = await up.line(/^(Delivered|Not delivered|sluice:)/, { timeoutMs: 400_000 })
  platform = new Platform(sharedData(), up)
  share(platform)
  process.stdout.write(
    `First delivery, from the start of the command: ${formatDuration(performance.now() - startedMs)}\n`,
  )
  expect(outcome).toMatch(/^Delivered/)
  const newest = (await platform.project('card')).runs[0]
  run = await platform.call(routes.getRun, { parameters: { run: newest?.id ?? '' } })
})

test('the run succeeded, with five pieces of evidence from the five tools', () => {
  expect(run).toMatchObject({ status: 'success', delivery: 'delivered', unisolated: false, refusedReports: [] })
  expect(run.evidence.map(({ name }) => name).toSorted()).toEqual(['coverage', 'lint', 'sbom', 'secrets', 'tests'])
  for (const piece of run.evidence) {
    expect(piece.subject.digest).toEqual({ gitCommit: run.commit })
    expect(piece.keyIds).not.toEqual([])
  }
})

test('the pipeline has six jobs and more, and says why one is out', () => {
  const jobs = run.stages.flatMap((stage) => stage.jobs)
  expect(jobs.length).toBeGreaterThanOrEqual(6)
  for (const job of jobs)
    expect(job, job.name).toMatchObject({ state: 'success', reasons: expect.arrayContaining([expect.anything()]) })
  expect(run.excluded.map(({ name }) => name)).toEqual(['dependency-audit'])
})

test('the gate is open, each clause with the values that it saw', () => {
  const [gate] = run.gates
  expect(gate).toMatchObject({ name: 'quality', state: 'open', verdict: { decision: 'open' } })
  const clauses = gate?.verdict?.clauses ?? []
  expect(clauses).toHaveLength(5)
  for (const clause of clauses) {
    expect(clause.state, clause.rule).toBe('pass')
    expect(Object.keys(clause.values), clause.rule).not.toEqual([])
    expect(clause.evidence, clause.rule).not.toEqual([])
  }
})

test('one digest was made and runs in both environments, at fixed URLs that answer', async () => {
  const digest = run.release?.digest
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
  for (const name of ['staging', 'production']) {
    const environment = await platform.environment('card', name)
    expect(environment, name).toMatchObject({ state: 'healthy', release: { digest, runId: run.id } })
    const answer = await fetch(`${environment.url}/health`)
    expect(answer.status, name).toBe(200)
    expect(platform.up.output).toContain(environment.url)
  }
})

test('each environment has a database of its own: an account of one is unknown in the other', async () => {
  const open = async (name: string): Promise<Response> => {
    const { url } = await platform.environment('card', name)
    return fetch(`${url}/v1/accounts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'delivery-test-account' },
      body: JSON.stringify({ creditLimit: 100_000, currency: 'CNY' }),
    })
  }
  const opened = await open('staging')
  expect(opened.status).toBe(201)
  const { accountId } = (await opened.json()) as { accountId: string }
  const readIn = async (name: string): Promise<number> => {
    const { url } = await platform.environment('card', name)
    return (await fetch(`${url}/v1/accounts/${accountId}/available`)).status
  }
  expect([await readIn('staging'), await readIn('production')]).toEqual([200, 404])
})

test('the canary was judged at 10, 50 and 100 %', () => {
  const production = run.deployments.find(({ environment }) => environment === 'production')
  expect(production).toMatchObject({ strategy: 'canary', state: 'promoted', weight: 100 })
  expect(production?.steps.map(({ weight }) => weight)).toEqual([10, 50, 100])
  for (const step of production?.steps ?? []) {
    expect(step.judgement?.result, `at ${step.weight} %`).toBe('pass')
    expect(step.judgement?.canary.requests).toBeGreaterThanOrEqual(100)
    expect(step.judgement?.sentence.zh).not.toBe('')
  }
})

test('the console is served', async () => {
  const answer = await fetch(await platform.url())
  expect(answer.status).toBe(200)
  expect(await answer.text()).toContain('<div id="root">')
})

test('the lead time of the change is known', async () => {
  const { dora } = await platform.project('card')
  expect(dora.leadTime.n).toBeGreaterThanOrEqual(1)
  expect(dora.leadTime.value).toBeGreaterThan(0)
  expect(dora.leadTime.entries).not.toEqual([])
})

test('twelve criteria of the maturity model are met, each with evidence, and none without', async () => {
  const maturity = await platform.call(routes.getMaturity, { parameters: { project: 'card' } })
  const met = criteriaOf(maturity).filter(({ state }) => state === 'met')
  const proved = met.filter(({ id, level }) => level <= 3 && families.some((family) => id.startsWith(family)))
  process.stdout.write(`Criteria met: ${met.map(({ id }) => id).join(', ')}\n`)
  expect(proved.length, proved.map(({ id }) => id).join(', ')).toBeGreaterThanOrEqual(12)
  expect(met.filter(({ evidence }) => evidence.length === 0)).toEqual([])
  expect(maturity.counts.met).toBe(met.length)
  expect(maturity.counts.unknown).toBeGreaterThan(0)
})

const families = ['BCI-BP-BM', 'BCI-CI-I', 'TM-CQ-', 'TM-AT-AE', 'CM-VC-', 'CM-CM-CT', 'DRM-DRM-D']

const criteriaOf = (maturity: MaturityView): CriterionView[] =>
  maturity.domains.flatMap(({ items }) => items.flatMap(({ criteria }) => criteria))
