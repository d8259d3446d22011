import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plan, PlanTrigger } from '@sluice/contracts/plan'
import { jobFacts } from '@sluice/execution'
import { compileFrom, predefinedVariables } from '@sluice/pipeline'
import { expect, test } from 'vitest'
import { localVariables } from '../../apps/cli/src/run/local-variables.ts'
import { root } from './documents.ts'

const reference = readFileSync(join(root, 'docs/reference/predefined-variables.md'), 'utf8')
const listed = [...reference.matchAll(/^\| `([A-Z0-9_]+)` /gm)].map(([, name = '']) => name)

const common = { ref: 'topic', commit: '1'.repeat(40), beforeCommit: '2'.repeat(40), defaultBranch: 'main' }
const triggers: PlanTrigger[] = [
  { ...common, source: 'trigger', refType: 'branch' },
  { ...common, source: 'push', refType: 'tag' },
  {
    ...common,
    source: 'merge_request_event',
    refType: 'branch',
    mergeRequest: { iid: 1, targetBranch: 'main', diffBase: '3'.repeat(40) },
  },
]
const everything = {
  tagMessage: 'Version one',
  project: { slug: 'card', id: 7, path: 'bank/card' },
  commit: { message: 'feat: it', author: 'Ada', timestamp: '2026-01-02T03:04:05Z' },
  run: { id: '8', number: 9, createdAt: '2026-01-02T03:04:05Z', url: 'http://127.0.0.1:7070/runs/8' },
  serverUrl: 'http://127.0.0.1:7070',
}
const pipeline = `
workflow: { name: all }
deploy:
  script: [make]
  parallel: 2
  rules: [{ when: always }]
  environment: { name: production, url: "https://bank.example", deployment_tier: production }
child:
  trigger: { include: .gitlab-ci.yml }
  rules: [{ if: $CI_PIPELINE_SOURCE != "parent_pipeline" }]
`

/** Variables of a plan with everything in it, and of a child. */
async function planned(trigger: PlanTrigger): Promise<string[]> {
  const result = await compileFrom(
    {
      project: 'card',
      trigger,
      path: '.gitlab-ci.yml',
      variables: [],
      predefined: predefinedVariables({ ...everything, trigger }),
      changedPaths: null,
    },
    { read: () => Promise.resolve(pipeline), list: () => Promise.resolve(['.gitlab-ci.yml']) },
  )
  return result.kind === 'plan' ? variablesIn(result.plan) : []
}

function variablesIn({ jobs }: Plan): string[] {
  return jobs.flatMap(({ variables, downstream }) => {
    const child = downstream?.target.kind === 'child' ? downstream.target.plan : undefined
    return [...variables.map(({ key }) => key), ...(child === undefined ? [] : variablesIn(child))]
  })
}

/** Given where a job is carried out: by the executors and by the server, each tested there. */
const byOthers = ['CI_PROJECT_DIR', 'CI_BUILDS_DIR', 'CI_JOB_STATUS', 'CI_JOB_TOKEN']

test('the reference lists every predefined variable that is set, and no other', async () => {
  const job = { timeoutMs: 1000, image: { name: 'node', entrypoint: [] }, when: 'manual' as const }
  const attempt = { id: 1, startedMs: 0, slot: 0, version: '1', platform: 'linux', architecture: 'x64' }
  const atBegin = [...jobFacts(job), ...localVariables(job, attempt)].map(({ key }) => key)
  const set = new Set([...(await Promise.all(triggers.map(planned))).flat(), ...atBegin, ...byOthers])
  expect(listed.toSorted()).toEqual([...set].toSorted())
})
