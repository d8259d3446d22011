import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchFolder, writeFiles } from '../testing/scratch.ts'
import { sluice } from '../testing/sluice.ts'
import { exitStatus } from './exit-status.ts'

test.each([
  [['nonsense'], 'unknown command'],
  [['up', '--port', 'x'], 'wanted a number'],
  [['up', '--port', '65999'], 'wanted a number'],
  [['demo'], 'missing required argument'],
  [['plan', '--nonsense'], 'unknown option'],
  [['plan', '--input', 'name'], 'wanted name=value'],
  [['demo', 'nonsense'], 'wanted one of bad-canary'],
  [['plan', '--event', 'pull'], 'Allowed choices are push, merge_request'],
  [['plan', '--tag', 'v1', '--branch', 'main'], '--branch and --tag exclude each other'],
  [['lint', '--var', 'TOKEN'], 'wanted KEY=VALUE'],
  [['explain', 'build', '--changed', '../a'], 'without ".."'],
])('the command line %j is wrong', async (args, words) => {
  const { status, errors } = await sluice(...args)
  expect(status).toBe(exitStatus.usage)
  expect(errors).toMatch(/^sluice: /)
  expect(errors).toContain(words)
})

test('help names every command and every exit status', async () => {
  const { status, output } = await sluice('--help')
  expect(status).toBe(exitStatus.ok)
  for (const command of [
    'up',
    'down',
    'status',
    'sign-in',
    'deliver',
    'demo',
    'plan',
    'explain',
    'graph',
    'lint',
    'run',
    'gate',
  ])
    expect(output).toContain(`\n  ${command} `)
  expect(output).toContain('Exit status:')
})

test('the version is that of the platform', async () => {
  expect((await sluice('--version')).output).toMatch(/^\d+\.\d+\.\d+\n$/)
})

const pipeline = 'build:\n  script: [make]\ntest:\n  needs: [build]\n  script: [make test]\n'

test('inputs of the pipeline are given on the command line', async () => {
  const text = 'spec: { inputs: { name: , kind: { default: x } } }\n---\n$[[ inputs.name ]]: { script: "true" }\n'
  const folder = writeFiles(scratchFolder(), { '.gitlab-ci.yml': text })
  const { output } = await sluice('plan', '--input', 'name=one=two', '--input', 'kind=', folder)
  expect(output).toContain('one=two')
  const missing = await sluice('lint', folder)
  expect(missing.status).toBe(exitStatus.failed)
  expect(missing.output).toContain('input "name" is not given and has no default')
})

test('a plan is shown, explained and linted', async () => {
  const folder = writeFiles(scratchFolder(), { '.gitlab-ci.yml': pipeline })
  const shown = await sluice('plan', folder)
  expect(shown).toMatchObject({ status: exitStatus.ok, output: expect.stringContaining('build') })
  const json = JSON.parse((await sluice('plan', '--json', folder)).output) as { jobs: { name: string }[] }
  expect(json.jobs.map((job) => job.name)).toEqual(['build', 'test'])
  expect((await sluice('explain', 'test', folder)).status).toBe(exitStatus.ok)
  expect((await sluice('explain', 'tset', folder)).status).toBe(exitStatus.failed)
  expect((await sluice('lint', folder)).output).toContain('2 jobs')
})

test('mistakes of a pipeline are listed with their places', async () => {
  const folder = writeFiles(scratchFolder(), { '.gitlab-ci.yml': pipeline.replace('[build]', '[biuld]') })
  const { status, output } = await sluice('lint', folder)
  expect(status).toBe(exitStatus.failed)
  expect(output).toMatch(/^\.gitlab-ci\.yml:4:11: .*biuld.*\n1 mistake\.\n$/)
  expect(JSON.parse((await sluice('lint', folder, '--json')).output)).toMatchObject({
    isValid: false,
    mistakes: [{ code: 'PIPELINE_UNKNOWN_JOB', place: { path: '.gitlab-ci.yml', line: 4, column: 11 } }],
  })
})

test.each([
  ['', 'it has no file .gitlab-ci.yml'],
  ['nosuch', 'there is no such folder'],
  ['file', 'it is no folder'],
  ['file/below', 'there is no such folder'],
])('of folder "%s" without a pipeline it is told: %s', async (name, fault) => {
  const folder = join(writeFiles(scratchFolder(), { file: '' }), name)
  const { status, errors } = await sluice('lint', folder)
  expect(status).toBe(exitStatus.failed)
  expect(errors).toContain(`folder "${folder}": ${fault} [CLI_PIPELINE_MISSING]`)
})

test('a pipeline that is a symbolic link is told to be one', async () => {
  const folder = writeFiles(scratchFolder(), { 'ci.yml': pipeline })
  symlinkSync('ci.yml', join(folder, '.gitlab-ci.yml'))
  const { status, output } = await sluice('lint', folder)
  expect(status).toBe(exitStatus.failed)
  expect(output).toContain('it is a symbolic link, which is not followed; wanted the file itself')
})

test('a command that needs the platform says that it is not running', async () => {
  const { status, errors } = await sluice('sign-in', '--data', scratchFolder())
  expect(status).toBe(exitStatus.cannotStart)
  expect(errors).toContain('[CLI_NOT_RUNNING]')
})
