import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { scratchFolder, writeFiles } from '../../testing/scratch.ts'
import { sluice } from '../../testing/sluice.ts'
import { exitStatus } from '../exit-status.ts'
import { takeSupervisorLock } from '../processes/supervisor-lock.ts'

const pipeline = `
stages: [build, test, deploy]
build:
  stage: build
  cache: { key: k, paths: [kept/] }
  script: [mkdir -p kept && echo again >>kept/times, wc -l <kept/times, mkdir out && cat input.txt >out/built]
  artifacts: { paths: [out/] }
unit-test:
  stage: test
  needs: [build]
  script:
    - cat out/built
    - if grep -q bad input.txt; then failure='<failure message="is bad"/>'; fi
    - echo "<testsuite name='s'><testcase name='t'>$failure</testcase></testsuite>" >junit.xml
package:
  stage: deploy
  script: [git log --oneline | wc -l, echo packed]
release:
  stage: deploy
  needs: []
  when: manual
  script: [echo released]
`
const policy = `version: 1
reports: [{ name: tests, job: unit-test, path: junit.xml, format: junit }]
gates:
  - name: quality
    after: test
    rules: [{ name: green, expr: tests.failed == 0, message: Every test must pass }]
`

const project = (): string =>
  writeFiles(scratchFolder(), { '.gitlab-ci.yml': pipeline, 'sluice.yml': policy, 'input.txt': 'good\n' })

test('a pipeline runs whole, with files from job to job, a cache from run to run, and its gate', async () => {
  const folder = project()
  const first = await sluice('run', '--folder', folder)
  expect(first.status).toBe(exitStatus.ok)
  expect(first.output).toContain('unit-test | good\n')
  expect(first.output).toContain('package   | packed\n')
  expect(first.output).toMatch(/Gate quality: open\n {2}✔ green: tests\.failed == 0 {2}\(tests\.failed = 0\)\n/)
  expect(first.output).toContain('The server judges by the policy of the protected branch.')
  expect(first.output).toContain('Not started, as a person starts it: release')
  const second = await sluice('run', 'build', '--folder', folder)
  expect(second.output).toContain('build | 2\n')
  expect(second.output).toContain('Gate quality: not decided')
  expect(readFileSync(join(folder, '.sluice', '.gitignore'), 'utf8')).toBe('*\n')
  expect(existsSync(join(folder, '.sluice', 'local', 'jobs'))).toBe(false)
})

test('an edit that breaks a test closes the gate; the gate can be asked again under another policy', async () => {
  const folder = project()
  writeFileSync(join(folder, 'input.txt'), 'bad\n')
  const broken = await sluice('run', '--folder', folder, '--json')
  expect(broken.status).toBe(exitStatus.failed)
  const result = JSON.parse(broken.output) as { jobs: { name: string; status: string }[]; verdicts: unknown[] }
  expect(result.verdicts).toMatchObject([{ gate: 'quality', decision: 'closed', clauses: [{ state: 'fail' }] }])
  expect(result.jobs.find(({ name }) => name === 'package')?.status).toBe('skipped')
  const again = await sluice('gate', '--folder', folder)
  expect([again.status, again.output]).toEqual([exitStatus.failed, expect.stringContaining('Gate quality: closed')])
  writeFileSync(join(folder, 'sluice.yml'), policy.replace('tests.failed == 0', 'tests.failed <= 1'))
  const eased = await sluice('gate', '--folder', folder, '--json')
  expect([eased.status, JSON.parse(eased.output)]).toMatchObject([exitStatus.ok, [{ decision: 'open' }]])
})

test('a manual job runs when it is named', async () => {
  const folder = project()
  const { status, output } = await sluice('run', 'release', '--folder', folder)
  expect([status, output]).toEqual([exitStatus.ok, expect.stringContaining('release | released\n')])
})

test('without a run there is nothing to judge, and an unknown job is a wrong command line', async () => {
  const folder = project()
  const none = await sluice('gate', '--folder', folder)
  expect([none.status, none.errors]).toEqual([exitStatus.failed, expect.stringContaining('[CLI_RUN_MISSING]')])
  const unknown = await sluice('run', 'relaese', '--folder', folder)
  expect([unknown.status, unknown.errors]).toEqual([exitStatus.usage, expect.stringContaining('[CLI_JOB_UNKNOWN]')])
  expect(readdirSync(join(folder, '.sluice', 'local'))).not.toContain('run.json')
})

test('a second run in the same folder is refused by name', async () => {
  const folder = project()
  const lock = await takeSupervisorLock(join(folder, '.sluice', 'local', 'run.json'), process.ppid)
  const { status, errors } = await sluice('run', '--folder', folder)
  expect([status, errors]).toEqual([
    exitStatus.failed,
    expect.stringContaining(`process ${process.ppid} ("sluice run")`),
  ])
  await lock.release()
})

const keywords = `
stages: [build, test, deploy]
build:
  stage: build
  hooks: { pre_get_sources_script: 'test ! -e input.txt && echo nothing here yet' }
  script: ['echo VERSION=1.2 >build.env', 'echo "Lines: 81.5%"', touch new]
  coverage: '/Lines: \\d+\\.\\d+%/'
  artifacts: { untracked: true, exclude: [build.env], reports: { dotenv: build.env } }
test:
  stage: test
  tags: [docker]
  image: node:24
  variables: { TITLED: 'release $VERSION' }
  script: ['echo "got $TITLED"', ls new]
aside:
  stage: test
  needs: []
  script: ['echo "version: \${VERSION:-none}"']
secret:
  stage: test
  needs: []
  allow_failure: true
  secrets: { KEY: { vault: app/db/password } }
  script: [echo never]
publish:
  stage: deploy
  script: [echo published]
  release: { tag_name: v$VERSION, description: input.txt }
stop:
  stage: deploy
  when: manual
  manual_confirmation: Stop all of it?
  script: [echo stopped]
`

test('keywords have their effect from job to job, and the report tells of them', async () => {
  const folder = writeFiles(scratchFolder(), { '.gitlab-ci.yml': keywords, 'input.txt': 'good\n' })
  const { status, output } = await sluice('run', '--folder', folder)
  expect(status).toBe(exitStatus.ok)
  expect(output).toContain('warning: .gitlab-ci.yml:28:3: release of job "publish": no release of GitLab is made here')
  expect(output).toContain('warning: tags of "test" are not looked at: this machine takes every job\n')
  expect(output).toContain('build   | nothing here yet\n')
  expect(output).toContain('test    | WARNING: image node:24 not used')
  expect(output).toContain('test    | got release 1.2\n')
  expect(output).toContain('aside   | version: none\n')
  expect(output).toContain('Cannot begin job "secret": it wants secret KEY from HashiCorp Vault')
  expect(output).not.toContain('secret  | never')
  expect(output).toMatch(/✔ build .*coverage 81\.5 %\n/)
  expect(output).toMatch(/✖ secret .*unmet_prerequisites, it may fail\n/)
  expect(output).toContain(
    'After job publish GitLab would make release v1.2: described by file input.txt. None was made.',
  )
  expect(output).toContain('Not started, as a person starts it: stop ("Stop all of it?"); name it')
  const explained = await sluice('explain', 'stop', folder)
  expect(explained.output).toContain('asks first: Stop all of it?')
})

const mended = `
stages: [build, test, deploy]
first:
  stage: build
  script: [echo "made-$CI_JOB_ID" >made.txt]
  artifacts: { paths: [made.txt] }
second:
  stage: test
  script:
    - cat made.txt
    - echo '<testsuite name="s"><testcase name="adds"><failure message="wrong"/></testcase></testsuite>' >junit.xml
    - grep -q good input.txt
  artifacts: { reports: { junit: junit.xml } }
third: { stage: deploy, script: [echo third] }
by-hand:
  stage: test
  needs: []
  when: manual
  script:
    - 'echo "by hand: $CI_JOB_MANUAL"'
`
const failing = (): string => writeFiles(scratchFolder(), { '.gitlab-ci.yml': mended, 'input.txt': 'bad\n' })

test('what failed or was not reached runs again, on what the rest made', async () => {
  const folder = failing()
  const first = await sluice('run', '--folder', folder)
  expect(first.status).toBe(exitStatus.failed)
  expect(first.output).toContain('second, junit: 1 test: 1 failed\n  ✖ s › adds: wrong\n')
  writeFileSync(join(folder, 'input.txt'), 'good\n')
  const again = await sluice('run', '--failed', '--folder', folder, '--json')
  expect(again.errors).toContain('second  | made-1\n')
  const { jobs } = JSON.parse(again.output) as { jobs: { name: string; status: string; isKept: boolean }[] }
  expect(jobs.map(({ name, status, isKept }) => [name, status, isKept])).toEqual([
    ['first', 'success', true],
    ['second', 'success', false],
    ['by-hand', 'manual', false],
    ['third', 'success', false],
  ])
  const once = await sluice('run', '--failed', '--folder', folder)
  expect([once.status, once.output]).toEqual([exitStatus.ok, expect.not.stringContaining(' begins')])
})

test('a job alone runs on the artifacts of the last run', async () => {
  const folder = failing()
  await sluice('run', 'first', '--folder', folder)
  const alone = await sluice('run', 'second', '--no-needs', '--folder', folder)
  expect(alone.output).toContain('second | made-1\n')
  expect(alone.output).not.toContain('first ')
})

test('a manual job is started beside the others, knows it, and leaves its log', async () => {
  const folder = failing()
  writeFileSync(join(folder, 'input.txt'), 'good\n')
  const { status, output } = await sluice('run', '--manual', 'by-hand', '--quiet', '--folder', folder)
  expect([status, output]).toEqual([exitStatus.ok, expect.not.stringContaining('by-hand |')])
  const log = readFileSync(join(folder, '.sluice', 'local', 'logs', 'by-hand.log'), 'utf8')
  expect(log).toContain('by hand: true\n')
})

test('without a run before there is nothing to run again', async () => {
  const { status, errors } = await sluice('run', '--failed', '--folder', failing())
  expect([status, errors]).toEqual([exitStatus.failed, expect.stringContaining('[CLI_RUN_MISSING]')])
})

test('a secret of a file reaches the job and never its log; with the time before each line', async () => {
  const folder = writeFiles(scratchFolder(), {
    '.gitlab-ci.yml': 'show:\n  script:\n    - echo "$TOKEN ${#TOKEN}"\n',
    'secrets.env': 'TOKEN=s3cr3t-value\n',
  })
  const { output } = await sluice('run', '--var-file', join(folder, 'secrets.env'), '--timestamps', '--folder', folder)
  expect(output).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z show \| \[MASKED\] 12$/m)
  expect(output + readFileSync(join(folder, '.sluice', 'local', 'logs', 'show.log'), 'utf8')).not.toContain('s3cr3t')
})

test('a secret by a pipe, which can be read but once, wins over a dotenv report', async () => {
  const folder = writeFiles(scratchFolder(), {
    '.gitlab-ci.yml': `
stages: [build, test]
make: { stage: build, script: ['echo TOKEN=report >a.env'], artifacts: { reports: { dotenv: a.env } } }
show: { stage: test, script: ['echo "\${#TOKEN} characters"'] }
`,
  })
  const pipe = join(scratchFolder(), 'secrets')
  execFileSync('sh', ['-c', 'mkfifo "$0"', pipe])
  const writer = spawn('sh', ['-c', 'echo TOKEN=s3cr3t-value >"$0"', pipe])
  onTestFinished(() => void writer.kill('SIGKILL'))
  const { output } = await sluice('run', '--var-file', pipe, '--folder', folder)
  expect(output).toContain('show | 12 characters\n')
})

test('branches whose names exclude each other, or are Chinese, are run one after another', async () => {
  const folder = writeFiles(scratchFolder(), { '.gitlab-ci.yml': 'show: { script: ["echo on $CI_COMMIT_BRANCH"] }\n' })
  for (const branch of ['功能', '功能/登录', '功能'])
    expect((await sluice('run', '--branch', branch, '--folder', folder)).output).toContain(`show | on ${branch}\n`)
})

test('jobs that are called like members of every object are jobs like any other', async () => {
  const names = ['constructor', 'toString', 'hasOwnProperty', '__proto__']
  const jobs = names.map((name) => `${name}: { script: ['true'] }\n`).join('')
  const needing = `last: { needs: [{ job: constructor }, { job: __proto__ }], script: ['true'] }\n`
  const folder = writeFiles(scratchFolder(), { '.gitlab-ci.yml': jobs + needing })
  const { status, output } = await sluice('run', '--folder', folder)
  expect([status, output]).toEqual([exitStatus.ok, expect.not.stringContaining('native code')])
  expect(output).not.toContain('coverage')
  for (const name of [...names, 'last']) expect(output).toMatch(new RegExp(`^✔ ${name} +[\\d.]+ m?s$`, 'm'))
  const again = await sluice('run', '--failed', '--folder', folder, '--json')
  const { jobs: kept } = JSON.parse(again.output) as { jobs: { name: string; isKept: boolean; coverage: unknown }[] }
  expect(kept.map(({ name, isKept, coverage }) => [name, isKept, coverage])).toEqual(
    [...names, 'last'].map((name) => [name, true, null]),
  )
})
