import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PlanCache } from '@sluice/contracts/plan'
import { memoryBlobStore } from '@sluice/execution/testing'
import { fixedClock } from '@sluice/kernel'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { plainIsolation } from '../testing/plain-isolation.ts'
import { DiskWatch, openCacheStore, processExecutor, runJob, type JobRequest, type JobResult } from './index.ts'

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

const cacheOf = (key: string): PlanCache => ({
  key,
  keyFiles: [],
  keyPrefix: '',
  paths: [],
  untracked: false,
  policy: 'pull-push',
  when: 'always',
})

/** Makes the snapshot a repository, as `sluice run` does. */
const committed = [
  ['init', '-q'],
  ['add', '.'],
  ['commit', '-q', '-m', 'first'],
]

function git(folder: string, args: readonly string[]): void {
  execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args])
}

async function run(
  job: Partial<JobRequest['job']>,
  more: Partial<JobRequest> = {},
  history: readonly string[][] = [],
): Promise<JobResult & { log: string }> {
  const snapshot = mkdtempSync(join(base, 'snapshot-'))
  writeFileSync(join(snapshot, 'file'), 'from the change\n')
  for (const args of history) git(snapshot, args)
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
    tools: { readOnlyPaths: [], env: {} },
    reportSources: [],
    onOutput: (chunk) => {
      log += Buffer.from(chunk).toString()
    },
    signal: new AbortController().signal,
    ...more,
  })
  expect(readFileSync(join(snapshot, 'file'), 'utf8')).toBe('from the change\n')
  const jobs = join(base, 'jobs')
  expect(existsSync(jobs) ? readdirSync(jobs) : []).toEqual([])
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

it('runJob() tells of a full disk in the log and in the result of a job that failed on it', async () => {
  const diskOf = (folder: string) => new DiskWatch(folder, async () => ({ freeBytes: 0, isOutOfFiles: false }))
  const result = await run({ script: ['exit 3'] }, { diskOf })
  expect(result).toMatchObject({ state: 'failed', reason: 'script_failure', exitCode: 3, isDiskFull: true })
  expect(result.log).toMatch(/ERROR: Job failed: exit code 3; the disk of the workspaces was full meanwhile: .*\n$/)
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

it.each(['parts/*.json', ['parts/a.json', 'parts/b.json', 'parts/*.json']])(
  'runJob() hands in every file of a report, once (%j)',
  async (path) => {
    const { reports } = await run(
      { script: ['mkdir parts; echo {} >parts/a.json; echo [] >parts/b.json'] },
      { reportSources: [{ name: 'sbom', path }] },
    )
    expect(reports.map((report) => [report.name, report.path])).toEqual([
      ['sbom', 'parts/a.json'],
      ['sbom', 'parts/b.json'],
    ])
  },
)

it.each([
  ['does not touch', 'true', []],
  ['touches only', 'touch file', []],
  ['writes', 'echo mine >file', ['junit file', 'own file']],
  ['has another one beside', 'echo mine >other', []],
])('runJob() takes no report from the change, when the job %s it', async (_, script, taken) => {
  const { reports, log } = await run(
    { script: [script], artifacts: { ...noArtifacts, reports: { junit: ['file'] } } },
    { reportSources: [{ name: 'own', path: ['file', 'oth*'] }] },
  )
  expect(reports.map(({ name, path }) => `${name} ${path}`)).toEqual(taken)
  expect(log.includes('WARNING: file lay there before the job')).toBe(!taken.includes('junit file'))
})

it('runJob() names ten of the files that are no reports', async () => {
  const caches = openCacheStore(join(base, 'caches'), { clock: fixedClock(0) })
  const cache: PlanCache[] = [{ ...cacheOf('k'), paths: ['*.xml'] }]
  await run({ script: ['for n in $(seq 12); do echo $n >$n.xml; done'], cache }, { caches })
  const { log, reports } = await run({ cache }, { caches, reportSources: [{ name: 'own', path: '*.xml' }] })
  expect(reports).toEqual([])
  expect(log.match(/lay there before the job/g)).toHaveLength(10)
  expect(log).toContain('WARNING: so are 2 more files')
})

it('runJob() takes no report from a cache, but one from an earlier job', async () => {
  const caches = openCacheStore(join(base, 'caches'), { clock: fixedClock(0) })
  const cache: PlanCache[] = [{ ...cacheOf('k'), paths: ['cached.xml'] }]
  const earlier = await run(
    { script: ['echo 1 >cached.xml; echo 2 >handed.xml'], cache, artifacts: { ...noArtifacts, paths: ['handed.xml'] } },
    { caches },
  )
  const { reports } = await run(
    { script: ['cat cached.xml handed.xml'], cache },
    {
      caches,
      artifacts: [earlier.artifacts ?? ''],
      reportSources: [
        { name: 'cached', path: 'cached.xml' },
        { name: 'handed', path: 'handed.xml' },
      ],
    },
  )
  expect(reports.map(({ path }) => path)).toEqual(['handed.xml'])
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

it('runJob() masks secrets in what it tells itself', async () => {
  const secret = 's3cr3t-token'
  const { log, state, ...result } = await run(
    {
      script: ['echo x >kept', 'echo "s3cr3t-token 1" >a.env'],
      variables: [{ key: 'KEY', value: secret, masked: true }],
      image: { name: `registry/${secret}`, entrypoint: null, pullPolicy: [], docker: {} } as never,
      cache: [{ ...cacheOf(`key-${secret}`), paths: ['kept'] }],
      artifacts: { ...noArtifacts, paths: [`none-${secret}`], reports: { dotenv: ['a.env', `${secret}.env`] } },
    },
    { caches: openCacheStore(join(base, 'caches'), { clock: fixedClock(0) }) },
  )
  expect(state).toBe('failed')
  expect(log).toContain('Checking cache for key-[MASKED]')
  expect(log + JSON.stringify(result)).not.toContain(secret)
})

it.each([
  ['inner first', ['build/app', 'build']],
  ['outer first', ['build', 'build/app']],
  ['one twice', ['build', 'build/']],
])('runJob() hands on files of paths within each other: %s', async (_, paths) => {
  const result = await run(
    {
      script: ['mkdir -p build/app', 'echo a >build/app/a', 'echo b >build/b'],
      artifacts: { ...noArtifacts, paths },
      cache: [{ ...cacheOf('k'), paths }],
    },
    { caches: openCacheStore(join(base, 'caches'), { clock: fixedClock(0) }) },
  )
  expect(result).toMatchObject({ state: 'success' })
  expect(result.log).toContain('Created cache')
  const files = ['build/app/a', 'build/b'].map((path) => readFileSync(join(result.artifacts ?? '', path), 'utf8'))
  expect(files).toEqual(['a\n', 'b\n'])
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

it('runJob() runs no after_script and hands in no files after a time limit', async () => {
  const artifacts = { ...noArtifacts, paths: ['file'], when: 'always' as const }
  const script = ['cat /dev/zero >/dev/null']
  const result = await run({ script, afterScript: ['echo after'], timeoutMs: 300, artifacts })
  expect([result.artifacts, result.log.includes('echo after')]).toEqual([null, false])
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

it('runJob() runs pre_get_sources_script before the sources are there', async () => {
  const { state, log } = await run({
    hooks: { preGetSourcesScript: ['test ! -e file && echo "no file yet" && echo kept >~/note'] },
    script: ['cat ~/note file'],
  })
  expect(state).toBe('success')
  expect(log).toContain('no file yet\n')
  expect(log).toContain('kept\nfrom the change\n')
})

it('runJob() ends with a pre_get_sources_script that fails', async () => {
  const result = await run({ hooks: { preGetSourcesScript: ['exit 3'] }, script: ['echo ran'] })
  expect(result).toMatchObject({ state: 'failed', reason: 'script_failure', exitCode: 3, artifacts: null })
  expect(result.log).not.toContain('ran')
})

it('runJob() does not begin a job whose secrets nobody has', async () => {
  const secrets = { KEY: { provider: 'vault' as const, settings: {}, file: true } }
  const result = await run(
    { secrets, script: ['echo ran'] },
    { executor: { isolationOf: () => 'none', prepare: neverPrepared } },
  )
  expect(result).toMatchObject({ state: 'failed', reason: 'unmet_prerequisites', exitCode: null })
  expect(result.log).toBe(
    'ERROR: Cannot begin job "test": it wants secret KEY from HashiCorp Vault, and no such provider is set up here\n',
  )
})

const neverPrepared = (): never => {
  throw new Error('no workspace is wanted')
}

it('runJob() runs the steps of run, each in a shell of its own', async () => {
  const { state, log } = await run({
    run: [
      { name: 'one', script: ['LEFT=here', 'echo "$LEFT $LEVEL $(cat file)"'], env: { LEVEL: 'three' } },
      {
        name: 'two',
        script: ['echo "left: ${LEFT:-nothing} ${LEVEL:-nothing}"', 'false', 'echo not reached'],
        env: {},
      },
    ],
  })
  expect(state).toBe('failed')
  expect(log).toContain('here three from the change\n')
  expect(log).toContain('left: nothing nothing\n')
  expect(log).not.toContain('not reached\n')
})

it('runJob() says that images and services are not used', async () => {
  const { log } = await run({
    image: { name: 'node:24', entrypoint: [] },
    services: [{ name: 'postgres:18', alias: null }],
    script: ['true'],
  })
  expect(log).toContain('WARNING: image node:24, service postgres:18 not used: the process executor runs jobs with')
})

it('runJob() tells the coverage in the log', async () => {
  const pattern = String.raw`/Lines: \d+\.\d+%/`
  expect((await run({ coverage: pattern, script: ['echo "Lines: 81.5%"'] })).coverage).toBe(81.5)
  expect((await run({ coverage: pattern, script: ['echo "no lines"'] })).coverage).toBeNull()
})

it('runJob() hands on the variables of dotenv reports', async () => {
  const artifacts = { ...noArtifacts, reports: { dotenv: ['*.env'] } }
  const { state, dotenv } = await run({ script: ['echo A=b >a.env; echo C=d >c.env'], artifacts })
  expect([state, dotenv]).toEqual([
    'success',
    [
      { key: 'A', value: 'b' },
      { key: 'C', value: 'd' },
    ],
  ])
})

it.each([
  ['no variable', 'echo hello >a.env', 'line 1 has no "="'],
  ['too much', 'head -c 6000 /dev/zero >a.env', 'it has 6000 bytes; wanted 5120 at most'],
])('runJob() fails a job whose dotenv report holds %s', async (_, script, fault) => {
  const result = await run({ script: [script], artifacts: { ...noArtifacts, reports: { dotenv: ['a.env'] } } })
  expect(result).toMatchObject({ state: 'failed', reason: 'script_failure', exitCode: null, dotenv: [] })
  expect(result.log).toContain(`ERROR: Cannot take dotenv report "a.env": ${fault}`)
})

it('runJob() takes untracked files as artifacts, ignored ones too, but for the excluded', async () => {
  const { artifacts } = await run(
    {
      script: ['mkdir -p out/deep; touch out/deep/a "b [1].txt" c.o; echo "*.txt" >.gitignore; echo more >>file'],
      artifacts: { ...noArtifacts, untracked: true, exclude: ['*.o'] },
    },
    {},
    committed,
  )
  const found = readdirSync(artifacts ?? '', { recursive: true, encoding: 'utf8' }).toSorted()
  expect(found).toEqual(['.gitignore', 'b [1].txt', 'out', 'out/deep', 'out/deep/a'])
})

it('runJob() warns where Git cannot tell what is untracked', async () => {
  const { artifacts, log } = await run({ script: ['touch a'], artifacts: { ...noArtifacts, untracked: true } })
  expect(artifacts).toBeNull()
  expect(log).toContain('WARNING: Git cannot tell which files are untracked')
})

it('runJob() tells which release GitLab would make, and whether a file describes it', async () => {
  const release = { tagName: 'v1', description: './notes.md', links: [{ name: 'a', url: 'https://example.org' }] }
  const made = await run({ release, script: ['echo hello >notes.md'] })
  expect(made.release).toEqual({ tagName: 'v1', name: 'v1', description: { file: './notes.md' }, links: 1 })
  const named = await run({ release: { ...release, name: 'One' }, script: ['true'] })
  expect(named.release).toMatchObject({ name: 'One', description: { text: './notes.md' } })
  expect((await run({ release, script: ['false'] })).release).toBeNull()
})

const cache: PlanCache = {
  key: 'main',
  keyFiles: [],
  keyPrefix: '',
  paths: ['kept'],
  untracked: false,
  policy: 'pull-push',
  when: 'on_success',
}

it('runJob() restores a cache from its fallback keys and saves it under its own', async () => {
  const caches = openCacheStore(join(base, 'caches'), { clock: fixedClock(0) })
  await run({ cache: [cache], script: ['mkdir kept; echo main >kept/from'] }, { caches })
  const other = { ...cache, key: 'other', fallbackKeys: ['none', 'main'] }
  const first = await run({ cache: [other], script: ['cat kept/from; echo other >kept/from'] }, { caches })
  expect(first.log).toMatch(
    /Checking cache for other\.\.\.\n.*\nChecking cache for none\.\.\.\n.*\nChecking cache for main\.\.\.\n/,
  )
  expect(first.log).toContain('\nmain\n')
  const second = await run({ cache: [other], script: ['cat kept/from'] }, { caches })
  expect(second.log).toContain('\nother\n')
  expect((await run({ cache: [cache], script: ['cat kept/from'] }, { caches })).log).toContain('\nmain\n')
})

it.each([
  ['main', true],
  ['main-protected', false],
  ['npm-protected-0123', false],
  ['npm-r12-0123', false],
  ['npm-shared', false],
])('runJob() tries CACHE_FALLBACK_KEY %s last: %s', async (key, tried) => {
  const caches = openCacheStore(join(base, 'caches'), { clock: fixedClock(0) })
  await run({ cache: [{ ...cache, key }], script: ['mkdir kept; echo found >kept/from'] }, { caches })
  const variables = [{ key: 'CACHE_FALLBACK_KEY', value: key }]
  const { log } = await run(
    { cache: [{ ...cache, key: 'other' }], variables, script: ['cat kept/from || true'] },
    { caches },
  )
  expect(log.includes('\nfound\n')).toBe(tried)
})

it('runJob() keys a cache by the newest commit of its files', async () => {
  const caches = openCacheStore(join(base, 'caches'), { clock: fixedClock(0) })
  const byCommit = { ...cache, keyFiles: ['fil*'], keyByCommit: true as const, keyPrefix: 'c' }
  const keyOf = (log: string): string => /Checking cache for (\S+)\.\.\./.exec(log)?.[1] ?? ''
  const keys = []
  for (const message of ['one', 'two']) {
    const history = [...committed.slice(0, 2), ['commit', '-q', '-m', message]]
    keys.push(keyOf((await run({ cache: [byCommit], script: ['true'] }, { caches }, history)).log))
  }
  const without = await run({ cache: [{ ...byCommit, keyFiles: ['none'] }], script: ['true'] }, { caches }, committed)
  expect(keys.every((key) => /^c-[0-9a-f]{40}$/.test(key))).toBe(true)
  expect(keys[0]).not.toBe(keys[1])
  expect(keyOf(without.log)).toBe('c-default')
})

it('runJob() keeps untracked files in a cache', async () => {
  const caches = openCacheStore(join(base, 'caches'), { clock: fixedClock(0) })
  const untracked = { ...cache, paths: [], untracked: true }
  await run({ cache: [untracked], script: ['echo built >new'] }, { caches }, committed)
  const { log } = await run({ cache: [untracked], script: ['cat new'] }, { caches }, committed)
  expect(log).toContain('\nbuilt\n')
})
