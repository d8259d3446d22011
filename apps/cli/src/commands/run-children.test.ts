import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchFolder, writeFiles } from '../../testing/scratch.ts'
import { sluice } from '../../testing/sluice.ts'
import { exitStatus } from '../exit-status.ts'

const pipeline = `
stages: [build, test, deploy]
build:
  stage: build
  script: [echo built >out.txt, echo BUILT=b1 >build.env]
  artifacts: { paths: [out.txt], reports: { dotenv: build.env } }
generate:
  stage: build
  script: [cp template.yml generated.yml]
  artifacts: { paths: [generated.yml] }
parts:
  stage: test
  variables: { PARENT_PIPELINE_ID: $CI_PIPELINE_ID, FROM: $BUILT }
  trigger: { include: parts.yml, strategy: depend }
dynamic:
  stage: test
  trigger: { include: [{ artifact: generated.yml, job: generate }], strategy: mirror }
last: { stage: deploy, script: [echo last] }
`
const parts = `
stages: [unit, more]
unit:
  stage: unit
  script: [cat out.txt, 'echo "from $FROM by $CI_PIPELINE_SOURCE, $NIGHTLY"', 'test ! -e broken']
  needs: [{ pipeline: $PARENT_PIPELINE_ID, job: build }]
inner: { stage: more, trigger: { include: inner.yml, strategy: depend } }
by-hand: { stage: more, when: manual, script: [echo by hand] }
`
const files = {
  '.gitlab-ci.yml': pipeline,
  'parts.yml': parts,
  'inner.yml': 'deep: { script: [echo deep] }\n',
  'template.yml': 'generated-job: { script: [echo I was generated] }\n',
}
const project = (more: Record<string, string> = {}): string => writeFiles(scratchFolder(), { ...files, ...more })

interface ToldJob {
  name: string
  status: string
  reason: string
  isKept: boolean
  log: string | null
  child?: { runId: string; status: string; jobs: ToldJob[] }
}

/** `name status`, children further in. */
function tree(jobs: readonly ToldJob[], indent = ''): string[] {
  return jobs.flatMap(({ name, status, child }) => [
    `${indent}${name} ${status}`,
    ...tree(child?.jobs ?? [], `${indent}  `),
  ])
}

async function runJson(
  folder: string,
  ...args: string[]
): Promise<{ jobs: ToldJob[]; errors: string; status: number }> {
  const { output, errors, status } = await sluice('run', '--folder', folder, '--json', ...args)
  return { ...(JSON.parse(output) as { jobs: ToldJob[] }), errors, status }
}

test('children run with their parent, with its artifacts and variables, and so do theirs', async () => {
  const folder = project()
  const { status, output } = await sluice('run', '--folder', folder, '--var', 'NIGHTLY=yes')
  expect(status).toBe(exitStatus.ok)
  expect(output).toMatch(
    /^parts\/unit +\| built\nparts\/unit +\| \$ .*\nparts\/unit +\| from b1 by parent_pipeline, \n/m,
  )
  expect(output).toMatch(/^dynamic\/generated-job +\| I was generated$/m)
  expect(output).toMatch(/^parts\/inner\/deep +\| deep$/m)
  expect(output.replaceAll(/ +[\d.]+ m?s\b/g, '')).toContain(
    [
      '✔ parts',
      '  ✔ unit',
      '  ✔ inner',
      '    ✔ deep',
      '  - by-hand        waits for a person to start it',
      '✔ dynamic',
      '  ✔ generated-job',
      '✔ last',
    ].join('\n'),
  )
  expect(output).toContain('Not started, as a person starts it: parts/by-hand; name it to run it.')
  expect(existsSync(join(folder, '.sluice/local/logs/parts-inner-deep.log'))).toBe(true)
})

test('a child that fails fails the job that waits for it; --failed runs what failed of it', async () => {
  const folder = project({ broken: 'x' })
  const broken = await runJson(folder)
  expect(broken.status).toBe(exitStatus.failed)
  expect(tree(broken.jobs)).toEqual([
    'build success',
    'generate success',
    'parts failed',
    '  unit failed',
    '  inner skipped',
    '  by-hand skipped',
    'dynamic success',
    '  generated-job success',
    'last skipped',
  ])
  expect(broken.jobs.find(({ name }) => name === 'parts')?.reason).toBe('its child failed: job "unit" failed')
  writeFileSync(join(folder, 'parts.yml'), parts.replace(", 'test ! -e broken'", ''))
  const mended = await runJson(folder, '--failed')
  expect(mended.jobs.filter(({ isKept }) => isKept).map(({ name }) => name)).toEqual(['build', 'generate', 'dynamic'])
  expect(tree(mended.jobs).slice(2, 7)).toEqual([
    'parts success',
    '  unit success',
    '  inner success',
    '    deep success',
    '  by-hand manual',
  ])
})

test('what succeeded in a child that failed is kept too', async () => {
  const folder = project({
    '.gitlab-ci.yml': 'child: { trigger: { include: child.yml, strategy: depend } }\n',
    'child.yml': 'good: { script: [echo good] }\nbad: { script: [test -e mended] }\n',
  })
  expect(tree((await runJson(folder)).jobs)).toEqual(['child failed', '  good success', '  bad failed'])
  writeFileSync(join(folder, 'mended'), '')
  const { jobs } = await runJson(folder, '--failed', '--include-untracked')
  expect(tree(jobs)).toEqual(['child success', '  good success', '  bad success'])
  expect(jobs[0]?.child?.jobs.map(({ isKept }) => isKept)).toEqual([true, false])
})

test('jobs of children are named with the job that begins the child', async () => {
  const folder = project()
  const { jobs } = await runJson(folder, 'parts/by-hand')
  expect(tree(jobs)).toEqual([
    'build success',
    'generate success',
    'parts success',
    '  unit success',
    '  by-hand success',
  ])
  const manual = await runJson(folder, '--manual', 'parts/by-hand')
  expect(tree(manual.jobs)).toContain('  by-hand success')
  const wrong = await sluice('run', '--folder', folder, 'parts/uint')
  expect([wrong.status, wrong.errors]).toEqual([exitStatus.usage, expect.stringContaining('nearest name: "unit"')])
})

test('a child that nothing waits for is told of, and fails nothing; one of another project cannot be begun', async () => {
  const folder = project({
    '.gitlab-ci.yml':
      'alone: { trigger: { include: child.yml } }\nelsewhere: { trigger: group/other, allow_failure: true }\n',
    'child.yml': 'fails: { script: [exit 3] }\n',
  })
  const { status, output } = await sluice('run', '--folder', folder)
  expect(status).toBe(exitStatus.ok)
  expect(output).toContain('warning: .gitlab-ci.yml:2:23: job "elsewhere" will fail: triggers another project')
  expect(output).toContain('Not well, though no job waits for it: the child of alone.')
  expect(output).toMatch(
    /✖ elsewhere .*its child cannot be created: project "group\/other" cannot be reached from here/,
  )
})

test.each([
  ['generated-job: { scirpt: x }\n', 'artifact of generate: generated.yml:1:18: Cannot plan job "generated-job"'],
  ['generated-job: { script: x, rules: [{ if: $NO }] }\n', 'none of its jobs runs for this change'],
  [
    'a: { trigger: { include: [{ artifact: b.yml, job: c }] } }\nc: { stage: build, script: exit 0 }\n',
    'job "c" has handed on no artifacts',
  ],
])('what a job made of %j begins no child, with the reason', async (template, reason) => {
  const { jobs, errors } = await runJson(project({ 'template.yml': template }))
  expect(jobs.find(({ name }) => name === 'dynamic')?.status).toBe('failed')
  expect(errors).toContain(reason)
})

test('needs:pipeline of a job that handed on nothing fails its job, by name', async () => {
  const folder = project({ 'parts.yml': parts.replace('job: build', 'job: biuld') })
  const { output } = await sluice('run', '--folder', folder)
  expect(output).toMatch(
    /parts\/unit +\| cannot be run: Cannot take artifacts of job "biuld" of pipeline "[0-9a-f-]{36}"/,
  )
})

test('a secret that goes with a child is hidden in its logs', async () => {
  const folder = project({
    '.gitlab-ci.yml':
      'child: { variables: { COPY: "of $TOKEN" }, trigger: { include: child.yml, strategy: depend } }\n',
    'child.yml': `show: { script: ['echo "$COPY"'] }\n`,
    'secrets.env': 'TOKEN=s3cr3t-value\n',
  })
  const { output } = await sluice('run', '--var-file', join(folder, 'secrets.env'), '--folder', folder)
  const log = readFileSync(join(folder, '.sluice/local/logs/child-show.log'), 'utf8')
  expect(output + log).not.toContain('s3cr3t')
  expect(log).toContain('[MASKED]')
})
