/** Three faulty changes of the card, each stopped by what should stop it, while production goes on. */
import { routes, type RunView } from '@sluice/contracts/api'
import { beforeAll, expect, test } from 'vitest'
import { sluice } from './harness/command.ts'
import { isOver, type Platform } from './harness/platform.ts'
import { sharedData, sharedPlatform } from './harness/shared-platform.ts'

let platform: Platform

beforeAll(async () => {
  platform = await sharedPlatform()
  const { environments } = await platform.project('card')
  expect(environments.map(({ state }) => state)).toEqual(['healthy', 'healthy'])
})

const serving = async () => (await platform.environment('card', 'production')).release

async function demo(name: string): Promise<{ status: number | null; sentence: string; run: RunView }> {
  const command = sluice(['demo', name, '--data', sharedData()])
  const status = await command.ended
  const newest = (await platform.project('card')).runs.find(({ ref }) => ref === `demo/${name}`)
  const run = await platform.call(routes.getRun, { parameters: { run: newest?.id ?? '' } })
  return { status, sentence: command.lines.findLast((line) => line !== '') ?? '', run }
}

const atTheGate = [
  { name: 'bad-test', rule: 'tests-pass', says: /^Stopped by gate "quality": .*test/ },
  { name: 'bad-coverage', rule: 'line-coverage', says: /^Stopped by gate "quality": .*cover/ },
]

test.each(atTheGate)('$name stops at the gate, and nothing is deployed', async ({ name, rule, says }) => {
  const before = await serving()
  const { status, sentence, run } = await demo(name)
  expect(sentence).toMatch(says)
  expect(status).toBe(0)
  expect(run).toMatchObject({ delivery: 'stopped', release: null, deployments: [] })
  const clauses = run.gates[0]?.verdict?.clauses ?? []
  expect(clauses.filter(({ state }) => state !== 'pass').map((clause) => [clause.rule, clause.state])).toEqual([
    [rule, 'fail'],
  ])
  expect(await serving()).toEqual(before)
})

test('bad-canary is taken back from production, and no request to the stable version fails', async () => {
  const before = await serving()
  const stableId = (await platform.site('card', 'production')).backends[0]?.id
  const countersOf = async () => (await platform.site('card', 'production')).counters.find(({ id }) => id === stableId)
  const earlier = await countersOf()

  const { status, sentence, run } = await demo('bad-canary')
  expect(sentence).toMatch(/^Taken back from production by the analysis of its canary \(at \d+ %: errors: new /)
  expect(status).toBe(0)
  expect(isOver(run)).toBe(true)
  const outcomes = run.deployments.map(({ environment, state }) => [environment, state])
  expect(outcomes).toEqual([
    ['staging', 'promoted'],
    ['production', 'aborted'],
  ])
  const judgement = run.deployments[1]?.steps.find(({ state }) => state === 'failed')?.judgement
  expect(judgement?.result).toBe('fail')
  expect(judgement?.stable).toMatchObject({ errors: 0 })
  expect(judgement?.canary.errors).toBeGreaterThan(0)

  const later = await countersOf()
  expect((later?.requests ?? 0) - (earlier?.requests ?? 0)).toBeGreaterThan(100)
  expect(later?.errors).toBe(0)
  expect(await serving()).toEqual(before)
  const { url } = await platform.environment('card', 'production')
  expect((await fetch(`${url}/health`)).status).toBe(200)
})
