import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PlanCache } from '@sluice/contracts/plan'
import { memoryBlobStore } from '@sluice/execution/testing'
import { fixedClock } from '@sluice/kernel'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { plainIsolation } from '../testing/plain-isolation.ts'
import { openCacheStore, processExecutor, runJob, type JobRequest, type JobResult } from './index.ts'

let base = ''
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'sluice-job-'))
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

const noArtifacts = {
  name: 'out',
  paths: [],
  exclude: [],
  untracked: false,
  when: 'on_success' as const,
  expireInMs: null,
  reports: {},
}

async function run(
  job: Partial<JobRequest['job']>,
  more: Partial<JobRequest> = {},
): Promise<JobResult & { log: string }> {
  const snapshot = mkdtempSync(join(base, 'snapshot-'))
  writeFileSync(join(snapshot, 'file'), 'from the change\n')
  let log = ''
  const result = await runJob({
    job: {
      name: 'test',
      beforeScript: [],
      script: [],
      afterScript: [],
      timeoutMs: 20_000,
      variables: [],
      artifacts: null,
      cache: [],
      ...job,
    },
    project: 'card',
    snapshot,
    executor: processExecutor({ folder: join(base, 'jobs'), isolation: plainIsolation() }),
    isolation: plainIsolation(),
    caches: null,
    blobs: memoryBlobStore(),
    clock: fixedClock(0),
    artifacts: [],
    artifactsTo: join(mkdtempSync(join(base, 'artifacts-')), 'tree'),
    readOnlyPaths: [],
    env: {},
    reportSources: [],
    onOutput: (chunk) => {
      log += Buffer.from(chunk).toString()
    },
    signal: new AbortController().signal,
    ...more,
  })
  expect(readFileSync(join(snapshot, 'file'), 'utf8')).toBe('from the change\n')
  expect(readdirSync(join(base, 'jobs'))).toEqual([])
  return { ...result, log }
}

it('runJob() runs before_script and script in one shell on a copy of the change', async () => {
  const { state, log } = await run({
    beforeScript: ['GREETING=hello'],
    script: ['echo "$GREETING $(cat file)"', 'echo x >file'],
  })
  expect(state).toBe('success')
  expect(log).toContain('hello from the change\n')
})

it('runJob() hands in files and reports, reports also of a failed job', async () => {
  const { state, artifacts, reports } = await run(
    {
      script: ['echo "<testsuites/>" >junit.xml; echo {} >bom.json; exit 1'],
      artifacts: { ...noArtifacts, paths: ['file'], reports: { junit: ['junit.xml'] } },
    },
    { reportSources: [{ name: 'sbom', path: 'bom.json' }] },
  )
  expect([state, artifacts]).toEqual(['failed', null])
  expect(reports.map(({ kind, name, path }) => [kind, name, path])).toEqual([
    ['junit', 'junit', 'junit.xml'],
    ['sluice_report', 'sbom', 'bom.json'],
  ])
})

it('runJob() gives a job the files of earlier ones, and hands its own on', async () => {
  const earlier = mkdtempSync(join(base, 'earlier-'))
  mkdirSync(join(earlier, 'dist'))
  writeFileSync(join(earlier, 'dist/app'), 'built')
  const { log, artifacts } = await run(
    { script: ['cat dist/app', 'echo more >dist/more'], artifacts: { ...noArtifacts, paths: ['dist'] } },
    { artifacts: [earlier] },
  )
  expect(log).toContain('built')
  expect(readdirSync(join(artifacts ?? '', 'dist'))).toEqual(['app', 'more'])
  expect(readdirSync(join(earlier, 'dist'))).toEqual(['app'])
})

it.each([
  ['the same', 'dist', 'dist', true],
  ['one below the other', 'dist/a', 'dist', true],
  ['a pattern', '*', 'dist', true],
  ['others', 'kept', 'dist', false],
])('runJob() hands files on and keeps them in a cache, of paths that are %s', async (_, cached, path, both) => {
  const caches = openCacheStore(mkdtempSync(join(base, 'caches-')), { clock: fixedClock(0) })
  const cache: PlanCache = {
    key: 'k',
    keyFiles: [],
    keyPrefix: '',
    paths: [cached],
    untracked: false,
    policy: 'pull-push',
    when: 'always',
  }
  const script = ['mkdir -p dist kept && echo x >dist/a && echo y >kept/b']
  const job = { script, artifacts: { ...noArtifacts, paths: [path] }, cache: [cache] }
  const first = await run(job, { caches })
  expect(first.log).toContain('Created cache')
  expect(readFileSync(join(first.artifacts ?? '', 'dist/a'), 'utf8')).toBe('x\n')
  const second = await run({ ...job, script: ['ls -d */*'], artifacts: null }, { caches })
  expect(second.log.includes('dist/a')).toBe(both)
})

it('runJob() masks secrets', async () => {
  const { log } = await run({
    script: ['echo "$KEY"'],
    variables: [{ key: 'KEY', value: 's3cr3t-token', masked: true }],
  })
  expect(log).toContain('[MASKED]')
  expect(log).not.toContain('s3cr3t-token')
})

it.each([
  ['a failing line', ['exit 9'], 20_000, { state: 'failed', reason: 'script_failure', exitCode: 9 }],
  [
    'a time limit',
    ['cat /dev/zero >/dev/null'],
    300,
    { state: 'failed', reason: 'job_execution_timeout', exitCode: null },
  ],
])('runJob() reports %s', async (_, script, timeoutMs, expected) => {
  expect(await run({ script, timeoutMs })).toMatchObject(expected)
})

it('runJob() stops on its signal and still runs after_script', async () => {
  const stop = new AbortController()
  let log = ''
  const { state } = await run(
    { script: ['echo begun', 'cat /dev/zero >/dev/null'], afterScript: ['echo cleaned up'] },
    {
      signal: stop.signal,
      onOutput: (chunk) => {
        log += Buffer.from(chunk).toString()
        if (log.includes('\nbegun\n')) stop.abort()
      },
    },
  )
  expect(state).toBe('canceled')
  expect(log).toContain('cleaned up')
})

it('runJob() shows commands as GitLab does and passes a large output on', async () => {
  const { log } = await run({
    script: ['if true; then\n  echo two lines\nfi', 'head -c 3000000 /dev/zero | tr "\\0" x'],
  })
  expect(log).toContain('$ if true; then # collapsed multi-line command')
  expect(log.length).toBeGreaterThan(3_000_000)
})

it.each(['../x', '', 'a/b'])('runJob() refuses the project name %j', async (project) => {
  await expect(run({}, { project })).rejects.toMatchObject({ code: 'EXECUTOR_WORKSPACE_ID' })
})

it('runJob() keeps caches from job to job, by copies where layers do not work', async () => {
  const caches = openCacheStore(join(base, 'caches'), { clock: fixedClock(0) })
  const cache = [
    {
      key: 'npm',
      keyFiles: ['file'],
      keyPrefix: 'npm',
      paths: ['.npm/', 'deep/er'],
      untracked: false,
      policy: 'pull-push' as const,
      when: 'on_success' as const,
    },
  ]
  const fill =
    'mkdir -p .npm deep/er && echo kept >.npm/a && echo also >deep/er/b && ln -s a .npm/in && ln -s /etc/passwd .npm/out'
  const first = await run({ script: [fill], cache }, { caches })
  expect(first.log).toContain('Created cache')
  const second = await run({ script: ['cat .npm/in deep/er/b; ls .npm; echo more >.npm/c'], cache }, { caches })
  expect(second.log).toContain('\nkept\nalso\na\nin\n')
  const third = await run(
    { script: ['cat .npm/c'], cache: cache.map((one) => ({ ...one, policy: 'pull' })) },
    { caches },
  )
  expect(third.log).toContain('\nmore\n')
})

it('runJob() finds no cache that nobody used for long', async () => {
  let now = Date.UTC(2026, 0, 1)
  const caches = openCacheStore(join(base, 'caches'), { clock: { now: () => now }, keepMs: 1000 })
  const cacheOf = (key: string): PlanCache[] => [
    { key, keyFiles: [], keyPrefix: '', paths: ['kept/'], untracked: false, policy: 'pull-push', when: 'always' },
  ]
  const script = ['ls kept || mkdir kept; echo x >kept/file']
  await run({ script, cache: cacheOf('old') }, { caches })
  await run({ script, cache: cacheOf('used') }, { caches })
  now += 900
  await run({ script: ['true'], cache: cacheOf('used').map((one) => ({ ...one, policy: 'pull' })) }, { caches })
  now += 900
  await run({ script, cache: cacheOf('new') }, { caches })
  const found = async (key: string): Promise<boolean> =>
    (await run({ script: ['true'], cache: cacheOf(key) }, { caches })).log.includes('Successfully extracted cache')
  expect([await found('old'), await found('used')]).toEqual([false, true])
})
