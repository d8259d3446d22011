/** Changes that would be judged by themselves: the policy comes from the protected branch as it stood before them. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { routes, type RunView } from '@sluice/contracts/api'
import { beforeAll, expect, inject, test } from 'vitest'
import type { Platform } from './harness/platform.ts'
import { sharedPlatform } from './harness/shared-platform.ts'
import { registerSmallProject, type SmallProject } from './harness/small-project.ts'

let platform: Platform
let project: SmallProject
let protectedRun: RunView
let pipeline = ''
let policy = ''

const wrong = { 'answer.txt': '41\n' }
const green = '<testsuites><testsuite name="small"><testcase name="answer"/></testsuite></testsuites>'

beforeAll(async () => {
  platform = await sharedPlatform()
  project = await registerSmallProject(platform, 'policies', inject('scratch'))
  pipeline = await readFile(join(project.folder, '.gitlab-ci.yml'), 'utf8')
  policy = await readFile(join(project.folder, 'sluice.yml'), 'utf8')
  protectedRun = await project.over(await project.push())
  expect(protectedRun.delivery).toBe('delivered')
})

const judged = (run: RunView) => run.gates[0]?.verdict?.clauses.map(({ rule, state }) => [rule, state])

async function expectStopped(run: RunView, clauses: string[][]): Promise<void> {
  expect(run).toMatchObject({ status: 'failed', delivery: 'stopped', release: null, deployments: [] })
  expect(run.policy.commit).toBe(protectedRun.commit)
  expect(run.gates[0]).toMatchObject({ name: 'quality', state: 'closed', verdict: { policy: run.policy } })
  expect(judged(run)).toEqual(clauses)
  const { release } = await platform.environment(project.slug, 'production')
  expect(release?.runId).toBe(protectedRun.id)
}

const withoutGate = (): string =>
  policy.replace('tests.total > 0 && tests.failed == 0 && tests.errors == 0', 'tests.total >= 0')

test('a change that lowers its own gate is judged by the gate as it was', async () => {
  const run = await project.over(await project.change('lower-gate', { ...wrong, 'sluice.yml': withoutGate() }, true))
  await expectStopped(run, [['tests-pass', 'fail']])
})

test('a change that removes the policy is judged by the policy as it was', async () => {
  const run = await project.over(await project.change('no-policy', { ...wrong, 'sluice.yml': 'version: 1\n' }, true))
  await expectStopped(run, [['tests-pass', 'fail']])
})

test('a job that writes its own green report is no witness', async () => {
  const faked = pipeline.replace('sh tests.sh > junit.xml', `echo '${green}' > junit.xml`)
  expect(faked).not.toBe(pipeline)
  const run = await project.over(await project.change('fake-report', { ...wrong, '.gitlab-ci.yml': faked }, true))
  await expectStopped(run, [['tests-pass', 'untrusted']])
})

test('a default that reaches into the reporting job makes it no witness', async () => {
  const faked = `${pipeline}\ndefault:\n  after_script:\n    - echo '${green}' > junit.xml\n`
  const run = await project.over(await project.change('default', { ...wrong, '.gitlab-ci.yml': faked }, true))
  await expectStopped(run, [['tests-pass', 'untrusted']])
})

test.each([
  ['the workflow', (text: string) => `workflow:\n  rules:\n    - variables: { BASH_ENV: ./lib.sh }\n${text}`],
  [
    'a rule',
    (text: string) => text.replace('  script:', '  rules:\n    - variables: { BASH_ENV: ./lib.sh }\n  script:'),
  ],
])('a variable of %s that changes what the same script does makes the job no witness', async (from, pipelineOf) => {
  const lib = `sh() { echo '${green}'; }\n`
  const faked = { ...wrong, 'lib.sh': lib, '.gitlab-ci.yml': pipelineOf(pipeline) }
  const run = await project.over(await project.change(`bash-env-${from.replace(' ', '-')}`, faked, true))
  await expectStopped(run, [['tests-pass', 'untrusted']])
})

/** A script that prints the green report, in letters that no quoting touches. */
const greenScript = Buffer.from(`echo '${green}'\n`).toString('base64')

/** A job whose artifacts replace what the reporting job runs. */
const fake = [
  'fake:',
  '  stage: .pre',
  '  script:',
  `    - echo ${greenScript} | base64 -d > tests.sh`,
  '  artifacts:',
  '    paths: [tests.sh]',
  '',
]

test.each([
  ['by its stage', (text: string) => text],
  ['by a need of a rule', (text: string) => text.replace('  script:', '  rules:\n    - needs: [fake]\n  script:')],
])('a new job that hands the untouched reporting job its files %s makes it no witness', async (how, pipelineOf) => {
  const faked = { ...wrong, '.gitlab-ci.yml': [pipelineOf(pipeline), ...fake].join('\n') }
  const run = await project.over(await project.change(`fed-${how.replaceAll(' ', '-')}`, faked, true))
  await expectStopped(run, [['tests-pass', 'untrusted']])
})

test('what a stopped change left in a cache reaches no later change', async () => {
  // The reporting job takes its tool from a cache that another job fills.
  const cache = ['  cache:', '    key: tools', '    paths: [tools/]']
  const fill = (script: string) => ['tools:', '  stage: .pre', '  script:', `    - ${script}`, ...cache, ''].join('\n')
  const cached = pipeline
    .replace('  stage: test\n', `  stage: test\n${cache.join('\n')}\n    policy: pull\n`)
    .replace('sh tests.sh', 'sh tools/tests.sh')
  const good = `${cached}\n${fill('test -e tools/tests.sh || { mkdir -p tools && cp tests.sh tools/; }')}`
  const poison = `${cached}\n${fill(`mkdir -p tools && echo ${greenScript} | base64 -d > tools/tests.sh`)}`
  const taken = await project.over(await project.change('cached', { '.gitlab-ci.yml': good }))
  expect(judged(taken)).toEqual([['tests-pass', 'untrusted']])
  const stopped = await project.over(await project.change('poison', { ...wrong, '.gitlab-ci.yml': poison }, true))
  await expectStopped(stopped, [['tests-pass', 'untrusted']])
  const next = await project.change('after-poison', { ...wrong, '.gitlab-ci.yml': good }, true)
  await expectStopped(await project.over(next), [['tests-pass', 'untrusted']])
  expect(await project.log(next, 'tools')).toContain('No cache of this key yet')
  expect(await project.log(next, 'unit-test')).toContain('sh tools/tests.sh')
})

test('a green report that is checked in is not the job’s, whose script never came to it', async () => {
  const late = '  timeout: 1 second\n  allow_failure: true\n  before_script: [sleep 60]\n  script:'
  const stopped = pipeline.replace('  script:', late)
  const faked = { ...wrong, 'junit.xml': green, '.gitlab-ci.yml': stopped }
  const run = await project.over(await project.change('checked-in', faked, true))
  expect(await project.log(run.id, 'unit-test')).toContain('WARNING: junit.xml lay there before the job')
  await expectStopped(run, [['tests-pass', 'invalid']])
  const sentence = run.gates[0]?.verdict?.clauses[0]?.sentence.en
  expect(sentence).toContain('"junit.xml" is checked in')
})

test('another job that hands in a green report under the same path does not count', async () => {
  const other = ['other:', '  stage: test', '  script:', `    - echo '${green}' > junit.xml`]
  const reports = ['  artifacts:', '    reports:', '      junit: junit.xml', '']
  const faked = [pipeline, ...other, ...reports].join('\n')
  const run = await project.over(await project.change('other-job', { ...wrong, '.gitlab-ci.yml': faked }, true))
  await expectStopped(run, [['tests-pass', 'fail']])
})

test('a change that moves the report leaves the gate without it', async () => {
  const moved = { '.gitlab-ci.yml': pipeline.replaceAll('junit.xml', 'elsewhere.xml') }
  const run = await project.over(await project.change('move-report', { ...wrong, ...moved }, true))
  expect(['missing', 'untrusted']).toContain(judged(run)?.[0]?.[1])
  await expectStopped(run, judged(run) ?? [])
})

test('a change that leaves out the gate’s stage does not get past the gate', async () => {
  const without = [
    'stages: [deploy]',
    'package:',
    '  stage: deploy',
    '  script:',
    '    - mkdir release',
    '    - cp server.js exercise.js version.txt release/',
    '  artifacts:',
    '    paths: [release/]',
    '',
  ].join('\n')
  const run = await project.over(await project.change('no-stage', { ...wrong, '.gitlab-ci.yml': without }, true))
  await expectStopped(run, [['tests-pass', 'missing']])
})

test('a person may accept a job’s new definition: a new run says so and is judged with it', async () => {
  const faster = { '.gitlab-ci.yml': pipeline.replace('    - sh wait.sh\n', '') }
  const closed = await project.over(await project.change('new-definition', faster, true))
  await expectStopped(closed, [['tests-pass', 'untrusted']])
  const reason = 'The wait was not needed.'
  const accepted = await platform.call(routes.acceptProducers, { parameters: { run: closed.id }, body: { reason } })
  const run = await project.over(accepted.id)
  expect(judged(run)).toEqual([['tests-pass', 'pass']])
  const entry = run.log.find(({ kind }) => kind === 'producers.accepted')
  expect(entry).toMatchObject({ payload: { reason }, actor: { kind: 'person' } })
  expect(run.delivery, run.sentence.en).toBe('delivered')
  protectedRun = { ...protectedRun, id: run.id }
})

test('acceptance is refused where a gate is closed for anything else', async () => {
  const closed = await project.over(await project.change('wrong', wrong, true))
  await expectStopped(closed, [['tests-pass', 'fail']])
  const call = platform.call(routes.acceptProducers, { parameters: { run: closed.id }, body: { reason: 'Let it go.' } })
  await expect(call).rejects.toMatchObject({ code: 'RUN_NOT_ACCEPTABLE', status: 409 })
})

test('a push to the protected branch that lowers the gate is judged by the gate as it was, and so is the next', async () => {
  await writeFile(join(project.folder, 'sluice.yml'), withoutGate())
  await writeFile(join(project.folder, 'answer.txt'), '41\n')
  const lowered = await project.over(await project.push())
  await expectStopped(lowered, [['tests-pass', 'fail']])
  await writeFile(join(project.folder, 'version.txt'), 'next\n')
  const next = await project.over(await project.push())
  await expectStopped(next, [['tests-pass', 'fail']])
})
