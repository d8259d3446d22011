/** A change whose pipeline begins others: each a run of its own, done by the same runner, judged by no gate. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { routes, type RunView } from '@sluice/contracts/api'
import { beforeAll, expect, inject, test } from 'vitest'
import type { Platform } from './harness/platform.ts'
import { sharedPlatform } from './harness/shared-platform.ts'
import { registerSmallProject, type SmallProject } from './harness/small-project.ts'

let platform: Platform
let project: SmallProject
let pipeline = ''

beforeAll(async () => {
  platform = await sharedPlatform()
  project = await registerSmallProject(platform, 'children', inject('scratch'))
  pipeline = await readFile(join(project.folder, '.gitlab-ci.yml'), 'utf8')
  expect(await project.over(await project.push())).toMatchObject({ delivery: 'delivered' })
})

const green = '<testsuites><testsuite name="small"><testcase name="answer"/></testsuite></testsuites>'

const children = `
generate:
  stage: test
  script:
    - mkdir out
    - echo "made by the parent" > out/data.txt
    - cp made.yml out/child.yml
    - echo "VERSION=7" > build.env
  artifacts: { paths: [out/], reports: { dotenv: build.env } }

of-a-file:
  stage: deploy
  needs: []
  trigger: { include: child.yml, strategy: depend }

of-a-job:
  stage: deploy
  needs: [generate]
  variables: { PARENT_PIPELINE_ID: $CI_PIPELINE_ID, WHO: child }
  trigger:
    include: [{ artifact: out/child.yml, job: generate }]
    strategy: depend
    forward: { pipeline_variables: true }
`
const files = {
  'child.yml': `unit-test:\n  script: [echo '${green}' > junit.xml]\n  artifacts: { reports: { junit: junit.xml } }\n`,
  'made.yml': `inner:\n  script: [cat out/data.txt, echo "$WHO of version $VERSION"]\n  needs: [{ pipeline: $PARENT_PIPELINE_ID, job: generate }]\n`,
}

async function childOf(run: RunView, name: string): Promise<RunView> {
  const job = run.stages.flatMap(({ jobs }) => jobs).find((one) => one.name === name)
  const child = job?.downstream?.child
  if (child == null) throw new Error(`job ${name} began no child: ${job?.stateReason.en}`)
  return platform.call(routes.getRun, { parameters: { run: child.runId } })
}

test('is delivered once its children have passed, of which one is of a file that a job made', async () => {
  const changed = { ...files, '.gitlab-ci.yml': pipeline + children }
  const run = await project.over(await project.change('children', changed, true))
  expect(run, run.sentence.en).toMatchObject({ status: 'success', delivery: 'delivered' })
  const [ofFile, ofJob] = [await childOf(run, 'of-a-file'), await childOf(run, 'of-a-job')]
  expect([ofFile.status, ofJob.status]).toEqual(['success', 'success'])
  const log = await project.log(ofJob.id, 'inner')
  expect(log).toContain('made by the parent')
  expect(log).toContain('child of version 7')
})

test('is stopped by its own tests, whatever a child of it reports', async () => {
  const changed = {
    ...files,
    '.gitlab-ci.yml': pipeline + children.replaceAll('stage: deploy', 'stage: test'),
    'answer.txt': '41\n',
  }
  const run = await project.over(await project.change('green-child', changed, true))
  expect(run).toMatchObject({ status: 'failed', delivery: 'stopped', release: null })
  expect(run.gates[0]?.verdict?.clauses.map(({ state }) => state)).toEqual(['fail'])
  const child = await childOf(run, 'of-a-file')
  expect(child).toMatchObject({ status: 'success', evidence: [{ name: 'junit', fact: { failed: 0 } }] })
})
