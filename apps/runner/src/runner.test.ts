import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { readZip, writeZip } from '@sluice/artifact-zip'
import { openFileBlobStore } from '@sluice/blobs-files'
import type { JobResponse } from '@sluice/contracts/runner'
import { detectIsolation } from '@sluice/isolation-namespaces'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DiskWatch } from '@sluice/executor-process'
import { startFakeServer, type FakeServer, type SeenJob } from '../testing/fake-server.ts'
import { jobResponseFor, makeRepository } from '../testing/job-response.ts'
import { startRunner, type Runner } from './index.ts'

type Cache = NonNullable<JobResponse['cache']>[number]

const isolation = await detectIsolation()
const clock = { now: () => Date.now() }
const waits = { traceMs: 5, touchMs: 20, retryMs: 5, retryMaxMs: 20, pollMs: 5, graceMs: 200 }

let base = ''
let repository = { repository: '', commit: '' }
let server: FakeServer
let runner: Runner
let isDiskFull = false
const noRoom = async () => ({ freeBytes: 0, isOutOfFiles: false })
const lines: string[] = []
const zips = new Map<number, { token: string; bytes: Buffer }>()

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'sluice-runner-'))
  repository = makeRepository(base, { 'README.md': 'the card\n', 'src/app.js': 'app\n', 'package-lock.json': '{}\n' })
})
afterAll(async () => rm(base, { recursive: true, force: true }))

beforeEach(async () => {
  lines.length = 0
  server = await startFakeServer({ repository: repository.repository, zips })
  runner = await startRunner({
    config: {
      url: server.url,
      token: server.runnerToken,
      name: 'local',
      folder: join(base, 'runner'),
      concurrency: 2,
      executor: 'process',
      tags: [],
    },
    isolation,
    clock,
    waits,
    path: process.env['PATH'] ?? '',
    log: (level, message, fields) => lines.push(JSON.stringify({ level, message, ...fields })),
    diskOf: (folder) => (isDiskFull ? new DiskWatch(folder, noRoom) : new DiskWatch(folder)),
  })
})
afterEach(async () => {
  runner.stopJobs()
  await runner.done
  await server.close()
  expect(readdirSync(join(base, 'runner', 'jobs'))).toEqual([])
  expect(existsSync(join(base, 'runner', 'scratch')) ? readdirSync(join(base, 'runner', 'scratch')) : []).toEqual([])
})

async function run(overrides: Parameters<typeof jobResponseFor>[2]): Promise<SeenJob & { log: string }> {
  const job = jobResponseFor(server.url, repository.commit, overrides)
  server.offer(job)
  const seen = await ended(job)
  return { ...seen, log: seen.trace.toString() }
}

const ended = async (job: JobResponse): Promise<SeenJob> =>
  server.when(() => {
    const found = seenOf(job)
    return found?.end ? found : null
  })

function seenOf(job: JobResponse): SeenJob | null {
  try {
    return server.seen(job.id)
  } catch {
    return null
  }
}

const traceHas = async (job: JobResponse, text: string): Promise<boolean> =>
  server.when(() => seenOf(job)?.trace.includes(text))

const variable = (key: string, value: string, more = {}) => ({
  key,
  value,
  public: true,
  masked: false,
  file: false,
  raw: false,
  ...more,
})

describe('startRunner() runs a job', () => {
  it('with its sources, its variables and its log', async () => {
    const { log, end } = await run({
      script: ['cat README.md src/app.js', 'echo "$GREETING from $CI_PROJECT_DIR"', 'cat "$SETTINGS"'],
      variables: [variable('GREETING', 'hello'), variable('SETTINGS', 'in a file', { file: true })],
    })
    expect(end).toMatchObject({ state: 'success', exit_code: 0 })
    expect(log).toContain('$ cat README.md src/app.js\u001B[0;m\nthe card\napp\n')
    const folder = isolation.level === 'none' ? join(base, 'runner', 'jobs') : '/builds/card\n'
    expect(log).toContain(`hello from ${folder}`)
    expect(log).toContain('in a file')
    expect(log.match(/section_start:\d+:(\w+)/g)?.map((mark) => mark.split(':')[2])).toEqual([
      'prepare_executor',
      'get_sources',
      'step_script',
    ])
    expect(log).toContain(`Isolation: ${isolation.level}`)
    expect(log).toContain('Job succeeded')
  })

  it.each([
    [
      'a line that fails',
      { script: ['false', 'echo not reached'] },
      { state: 'failed', failure_reason: 'script_failure', exit_code: 1 },
    ],
    [
      'a pipe that fails',
      { script: ['exit 3 | cat', 'echo not reached'] },
      { failure_reason: 'script_failure', exit_code: 3 },
    ],
    ['its exit code', { script: ['exit 42'] }, { failure_reason: 'script_failure', exit_code: 42 }],
    [
      'its time limit',
      { script: ['cat /dev/zero >/dev/null'], timeoutS: 1 },
      { failure_reason: 'job_execution_timeout' },
    ],
    [
      'sources that are not there',
      {
        git_info: {
          repo_url: 'file:///etc',
          ref: 'x',
          sha: 'f'.repeat(40),
          before_sha: '',
          ref_type: 'branch' as const,
          refspecs: ['+refs/heads/x:refs/x'],
          depth: 1,
        },
      },
      { failure_reason: 'runner_system_failure' },
    ],
  ])('and reports %s', async (_, overrides, expected) => {
    const { log, end } = await run(overrides)
    expect(end).toMatchObject({ state: 'failed', ...expected })
    expect(log).not.toContain('\nnot reached')
  })

  it('then runs after_script in a shell of its own, without a say in the result', async () => {
    const { log, end } = await run({
      script: ['export FROM_SCRIPT=1; echo "within: $CI_JOB_STATUS"', 'exit 5'],
      afterScript: ['echo "after: $CI_JOB_STATUS ${FROM_SCRIPT:-unset}"', 'false'],
    })
    expect(end).toMatchObject({ failure_reason: 'script_failure', exit_code: 5 })
    expect(log).toContain('within: running\n')
    expect(log).toContain('after: failed unset\n')
  })

  it("and shows no secret, in the log, the runner's log or an argument", async () => {
    const secret = 'p4ssw0rd-of-the-card'
    const { log, end } = await run({
      script: [
        'echo "$SECRET"',
        'printf %s "$SECRET" | base64',
        'echo "$CI_JOB_TOKEN"',
        'cat /proc/*/cmdline | tr "\\0" " "',
        'git config --list --show-origin; cat .git/config',
      ],
      variables: [variable('SECRET', secret, { masked: true })],
    })
    expect(end?.state).toBe('success')
    for (const shown of [log, lines.join('\n')]) {
      expect(shown).not.toContain(secret)
      expect(shown).not.toContain(Buffer.from(secret).toString('base64').slice(0, 20))
      for (const token of ['job-token-1-abcdef', 'sources-token-1']) {
        expect(shown).not.toContain(token)
        expect(shown).not.toContain(Buffer.from(`gitlab-ci-token:${token}`).toString('base64').slice(0, 30))
      }
    }
    expect(log).toContain('[MASKED]')
  })

  it("with sources that it fetches by the job's own token, never by the attempt's", async () => {
    const { sourcesTokens } = await run({ script: ['cat README.md'] })
    expect(new Set(sourcesTokens)).toEqual(new Set(['sources-token-1']))
  })

  it("with empty standard input and nothing of the runner's environment", async () => {
    const { log } = await run({ script: ['cat | wc -c', 'env | cut -d= -f1 | sort | tr "\\n" " "'] })
    expect(log).toContain('\n0\n')
    expect(log).not.toMatch(/VITEST|npm_/)
  })
})

describe('startRunner() moves files', () => {
  it('hands in archives and reports, reports also of a failed job', async () => {
    const artifact = { untracked: false, exclude: [], expire_in: '1 day' }
    const { uploads, end } = await run({
      script: [
        'mkdir -p dist && echo built >dist/app.js && ln -s app.js dist/link && ln -s /etc/passwd dist/evil',
        'echo "<testsuites/>" >junit.xml',
        'exit 1',
      ],
      artifacts: [
        { ...artifact, name: 'all', paths: ['dist'], when: 'always', artifact_type: 'archive', artifact_format: 'zip' },
        {
          ...artifact,
          name: 'rest',
          paths: ['dist'],
          when: 'on_success',
          artifact_type: 'archive',
          artifact_format: 'zip',
        },
        {
          ...artifact,
          name: 'junit',
          paths: ['junit.xml'],
          when: 'always',
          artifact_type: 'junit',
          artifact_format: 'gzip',
        },
      ],
    })
    expect(end?.failure_reason).toBe('script_failure')
    expect(uploads.map(({ type, name, path }) => [type, name, path])).toEqual([
      ['archive', 'all', null],
      ['junit', 'junit', 'junit.xml'],
    ])
    expect(gunzipSync(uploads[1]?.bytes ?? '').toString()).toBe('<testsuites/>\n')
    const blobs = await openFileBlobStore(join(base, 'blobs'))
    await writeFile(join(base, 'all.zip'), uploads[0]?.bytes ?? '')
    const { entries } = await readZip(join(base, 'all.zip'), blobs)
    expect(entries.map(({ path, mode }) => [path, mode.toString(8)])).toEqual([
      ['dist/app.js', '644'],
      ['dist/link', '120777'],
    ])
  })

  it('hands in no report of which the change brought a part', async () => {
    const report = (name: string, paths: string[]) => ({
      name,
      paths,
      artifact_type: 'sluice_report',
      artifact_format: 'gzip' as const,
      untracked: false,
      exclude: [],
      expire_in: 'never',
      when: 'always' as const,
    })
    const { uploads, log } = await run({
      script: ['echo mine >mine.md'],
      artifacts: [report('tests', ['*.md']), report('own', ['mine.md'])],
    })
    expect(uploads.map(({ name, path }) => [name, path])).toEqual([['own', 'mine.md']])
    expect(log).toContain(
      'WARNING: README.md lay there before the job and is unchanged: nothing is taken as this report',
    )
  })

  it('hands in every file of a report, and one more than a report may have', async () => {
    const report = (name: string, artifact_type: string, paths: string[]) => ({
      name,
      artifact_type,
      paths,
      untracked: false,
      exclude: [],
      expire_in: 'never',
      when: 'always' as const,
      artifact_format: 'gzip' as const,
    })
    const { uploads, log } = await run({
      script: ['mkdir it many; echo a >it/a.xml; echo b >it/b.xml; touch $(seq -f many/%04g 1003)'],
      artifacts: [report('junit', 'junit', ['it/*.xml', 'it/a.xml']), report('many', 'sluice_report', ['many'])],
    })
    expect(uploads.filter(({ type }) => type === 'junit').map(({ path }) => path)).toEqual(['it/a.xml', 'it/b.xml'])
    expect(uploads.filter(({ name }) => name === 'many')).toHaveLength(1001)
    expect(log).toContain('WARNING: 1003 files, at most 1000 make a report')
  })

  it('gives a job the files of earlier jobs', async () => {
    const blobs = await openFileBlobStore(join(base, 'blobs'))
    const stored = await blobs.put(Buffer.from('#!/bin/sh\necho from build\n'))
    const earlier = writeZip({ entries: [{ path: 'bin/tool', mode: 0o755, ...stored }] }, blobs)
    zips.set(99, { token: 'token-of-build-99', bytes: Buffer.concat(await Array.fromAsync(earlier)) })
    const { log, end } = await run({
      script: ['bin/tool'],
      dependencies: [
        { id: 99, token: 'token-of-build-99', name: 'build', artifacts_file: { filename: 'artifacts.zip', size: 10 } },
      ],
    })
    expect(end?.state).toBe('success')
    expect(log).toContain('from build')
  })

  it('runs a hook before the sources are there, and says what it has no use for', async () => {
    const { log, end } = await run({
      hooks: [{ name: 'pre_get_sources_script', script: ['ls -A | wc -l', 'echo from hook >~/note'] }],
      script: ['cat ~/note', 'git log --oneline | wc -l'],
      image: { name: 'node:24' },
      services: [{ name: 'postgres:18', alias: 'db' }],
    })
    expect([end?.state, log]).toEqual(['success', expect.stringMatching(/\n0\n[^]*\nfrom hook\n[^]*\n1\n/)])
    expect(log).toContain('WARNING: image node:24, service postgres:18 not used')
  })

  it('ends a job whose hook fails before its sources are there', async () => {
    const hooks = [{ name: 'pre_get_sources_script', script: ['exit 4'] }]
    const { log, end } = await run({ hooks, script: ['echo ran'] })
    expect(end).toMatchObject({ state: 'failed', failure_reason: 'script_failure', exit_code: 4 })
    expect(log).not.toContain('Checking out')
  })

  it('does not begin a job that the server refuses', async () => {
    const { log, end } = await run({ sluice_refusal: 'it wants secret KEY from HashiCorp Vault', script: ['echo ran'] })
    expect(end).toMatchObject({ state: 'failed', failure_reason: 'configuration_error' })
    expect(log).toContain('Job failed: it wants secret KEY from HashiCorp Vault')
    expect(log).not.toContain('Executing')
  })

  it('hands in files that Git does not track', async () => {
    const archive = { artifact_type: 'archive', artifact_format: 'zip' as const, untracked: true, exclude: ['*.o'] }
    const { uploads } = await run({
      script: ['mkdir out && touch out/new a.o'],
      artifacts: [{ ...archive, name: 'all', paths: [], when: 'always', expire_in: '1 day' }],
    })
    await writeFile(join(base, 'untracked.zip'), uploads[0]?.bytes ?? '')
    const { entries } = await readZip(join(base, 'untracked.zip'), await openFileBlobStore(join(base, 'blobs')))
    expect(entries.map(({ path }) => path)).toEqual(['out/new'])
  })

  it('fails a job whose dotenv report no later job could take', async () => {
    const report = { artifact_type: 'dotenv', artifact_format: 'gzip' as const, untracked: false, exclude: [] }
    const { log, end, uploads } = await run({
      script: ['echo "# note" >build.env'],
      artifacts: [{ ...report, name: 'dotenv', paths: ['build.env'], when: 'always', expire_in: 'never' }],
    })
    expect([end, uploads]).toMatchObject([{ state: 'failed', failure_reason: 'script_failure' }, []])
    expect(log).toContain('Cannot take dotenv report "build.env": line 1 has no "="')
  })

  const cacheOf = (key: string, more: Partial<Cache> = {}): Cache => ({
    key,
    sluice_key_files: ['package-lock.json'],
    paths: ['.npm/'],
    untracked: false,
    policy: 'pull-push',
    when: 'on_success',
    ...more,
  })
  const fill = 'mkdir -p .npm/d && echo cached >.npm/index && echo two >.npm/d/two'

  it('keeps a cache from job to job by key and key files', async () => {
    const script = [`cat .npm/index 2>/dev/null || { echo none; ${fill}; }`]
    const cache = [cacheOf('npm')]
    const first = await run({ id: 1, script, cache })
    const second = await run({ id: 2, script, cache })
    expect([first.log.includes('\nnone\n'), second.log.includes('\ncached\n')]).toEqual([true, true])
    expect(first.log).toContain('Created cache')
    if (isolation.view !== undefined) expect(second.log).toContain('Cache is up to date')
    const other = await run({
      id: 3,
      script,
      cache,
      job_info: { id: 3, name: 'test', stage: 'test', project_id: 8, project_name: 'card' },
    })
    expect(other.log).toContain('\nnone\n')
  })

  it('finds the cache of an earlier run of the same key files, and keeps it for its own', async () => {
    await run({ id: 1, script: [fill], cache: [cacheOf('npm-r1')] })
    const next = [cacheOf('npm-r2', { sluice_earlier_keys: ['npm-r0', 'npm-r1'] })]
    expect((await run({ id: 2, script: ['cat .npm/index'], cache: next })).log).toContain('\ncached\n')
    expect((await run({ id: 3, script: ['cat .npm/index'], cache: [cacheOf('npm-r2')] })).log).toContain('\ncached\n')
  })

  it('finds a cache under a fallback key', async () => {
    await run({ id: 1, script: [fill], cache: [cacheOf('main', { sluice_key_files: [] })] })
    const cache = [cacheOf('branch', { sluice_key_files: [], fallback_keys: ['none', 'main'] })]
    const { log } = await run({ id: 2, script: ['cat .npm/index'], cache })
    expect(log).toContain('\ncached\n')
    const variables = [variable('CACHE_FALLBACK_KEY', 'main')]
    const other = await run({
      id: 3,
      script: ['cat .npm/index'],
      variables,
      cache: [cacheOf('third', { sluice_key_files: [] })],
    })
    expect(other.log).toContain('\ncached\n')
  })

  it('lets a job that only pulls do with cached files what it likes, and no other job sees it', async () => {
    await run({ id: 1, script: [fill], cache: [cacheOf('own')] })
    const pull = [cacheOf('own', { policy: 'pull' })]
    const changing = await run({
      id: 2,
      script: [
        'echo changed >.npm/index && chmod 700 .npm/d && rm -r .npm/d && mkdir .npm/d && echo new >.npm/d/new',
        'cat .npm/index && ls .npm/d',
        'rm -rf .npm && mkdir .npm && ls -A .npm | wc -l',
      ],
      cache: pull,
    })
    expect([changing.end?.state, changing.log]).toEqual(['success', expect.stringMatching(/\nchanged\nnew\n[^]*\n0\n/)])
    const reading = await run({ id: 3, script: ['cat .npm/index .npm/d/two', 'ls .npm/d'], cache: pull })
    expect(reading.log).toContain('\ncached\ntwo\n')
    expect(reading.log).not.toContain('new')
  })

  it('hands in files of a cached folder as the job left them, and saves what it changed', async () => {
    await run({ id: 1, script: [fill], cache: [cacheOf('merged')] })
    const archive = { artifact_type: 'archive', artifact_format: 'zip' as const, untracked: false, exclude: [] }
    const changing = await run({
      id: 2,
      script: ['rm .npm/index && echo new >.npm/d/new'],
      cache: [cacheOf('merged')],
      artifacts: [{ ...archive, name: 'all', paths: ['.npm'], when: 'always', expire_in: '1 day' }],
    })
    await writeFile(join(base, 'merged.zip'), changing.uploads[0]?.bytes ?? '')
    const { entries } = await readZip(join(base, 'merged.zip'), await openFileBlobStore(join(base, 'blobs')))
    expect(entries.map(({ path }) => path)).toEqual(['.npm/d/new', '.npm/d/two'])
    expect(changing.log).toContain('Created cache')
    const reading = await run({ id: 3, script: ['find .npm -type f | sort'], cache: [cacheOf('merged')] })
    expect(reading.log).toContain('\n.npm/d/new\n.npm/d/two\n')
  })

  it('keeps a cache as it was for a job that began before another one replaced it', async () => {
    await run({ id: 1, script: ['mkdir .npm && echo old >.npm/index'], cache: [cacheOf('lease')] })
    const slow = jobResponseFor(server.url, repository.commit, {
      id: 2,
      script: ['echo begun', 'until [ -e "$TMPDIR/go" ]; do :; done', 'cat .npm/index'],
      cache: [cacheOf('lease', { policy: 'pull' })],
    })
    server.offer(slow)
    await traceHas(slow, '\nbegun\n')
    await run({
      id: 3,
      script: ['mkdir -p .npm && echo newer >.npm/index'],
      cache: [cacheOf('lease', { policy: 'push' })],
    })
    await writeFile(join(base, 'runner', 'jobs', 'job-2', 'tmp', 'go'), '')
    const { trace } = await ended(slow)
    expect(trace.toString()).toContain('\nold\n')
    const after = await run({ id: 4, script: ['cat .npm/index'], cache: [cacheOf('lease', { policy: 'pull' })] })
    expect(after.log).toContain('\nnewer\n')
    for (const key of readdirSync(join(base, 'runner', 'caches')))
      expect(readdirSync(join(base, 'runner', 'caches', key)).length).toBeLessThanOrEqual(2)
  })
})

describe('startRunner() keeps to the server', () => {
  it('stops a job that was cancelled, with all of its processes', async () => {
    const job = jobResponseFor(server.url, repository.commit, {
      script: ['echo begun', 'setsid cat /dev/zero >/dev/null & cat /dev/zero >/dev/null'],
    })
    server.offer(job)
    await traceHas(job, '\nbegun\n')
    server.seen(job.id).status = 'canceled'
    const { end, trace } = await ended(job)
    expect(end?.state).toBe('failed')
    expect(trace.toString()).toContain('Job failed: canceled')
  })

  it.each([false, true])(
    'ends a job whose log it cannot keep as failed by the system (full disk: %s)',
    async (isFull) => {
      isDiskFull = isFull
      const job = jobResponseFor(server.url, repository.commit, {
        script: ['echo begun', 'until [ -e go ]; do :; done', 'echo more', 'cat /dev/zero >/dev/null'],
      })
      server.offer(job)
      await traceHas(job, '\nbegun\n')
      const spool = join(base, 'runner', 'scratch', `job-${job.id}`, 'log')
      await rm(spool, { recursive: true })
      await writeFile(spool, 'in the way of the folder')
      await writeFile(join(base, 'runner', 'jobs', `job-${job.id}`, 'workspace', 'go'), '')
      const { end, trace } = await ended(job)
      isDiskFull = false
      expect(end).toMatchObject({ state: 'failed', failure_reason: 'runner_system_failure' })
      expect(end?.sluice_disk_full).toBe(isFull ? true : undefined)
      expect(trace.toString()).toContain('ERROR: Job failed: Cannot keep the log: ')
    },
  )

  it('tells of a full disk where a job failed on it, and only there', async () => {
    isDiskFull = true
    const failed = await run({ id: 1, script: ['exit 254'] })
    const passed = await run({ id: 2, script: ['true'] })
    isDiskFull = false
    expect(failed.end).toMatchObject({ failure_reason: 'script_failure', exit_code: 254, sluice_disk_full: true })
    expect(failed.log).toMatch(/ERROR: Job failed: exit code 254; the disk of the workspaces was full meanwhile: /)
    expect(passed.end).toMatchObject({ state: 'success' })
    expect(passed.log).not.toContain('disk')
  })

  it('ends a job that it cannot begin as failed by the system', async () => {
    await writeFile(join(base, 'runner', 'scratch'), 'in the way of the folder')
    const { end } = await run({})
    expect(end).toMatchObject({ state: 'failed', failure_reason: 'runner_system_failure' })
    await rm(join(base, 'runner', 'scratch'))
  })

  it('goes on while the server is away, and with a log that lost its end', async () => {
    const script = ['echo one', 'until [ -e go ]; do :; done', 'echo two', 'echo three']
    const job = jobResponseFor(server.url, repository.commit, { script })
    server.offer(job)
    await traceHas(job, '\none\n')
    await server.goAway()
    server.forget(job.id, 10)
    const workspace = join(base, 'runner', 'jobs', `job-${job.id}`, 'workspace')
    await writeFile(join(workspace, 'go'), '')
    await server.comeBack()
    const { end, trace, refusedRanges } = await ended(job)
    expect(end).toMatchObject({ state: 'success', output: { bytesize: trace.length } })
    expect(refusedRanges).toBeGreaterThan(0)
    expect(trace.toString()).toMatch(/one\n[\s\S]*two\n[\s\S]*three\n/)
  })

  it('gives up a job that is no longer its own', async () => {
    const job = jobResponseFor(server.url, repository.commit, { script: ['echo begun', 'cat /dev/zero >/dev/null'] })
    server.offer(job)
    await traceHas(job, '\nbegun\n')
    server.seen(job.id).end = { token: 'other', state: 'failed' }
    runner.drain()
    await runner.done
    expect(lines.filter((line) => line.includes('job has ended'))).toHaveLength(1)
    expect(server.seen(job.id).end?.token).toBe('other')
  })

  it('lets a job end when it is drained', async () => {
    const job = jobResponseFor(server.url, repository.commit, {
      script: ['echo begun', 'until [ -e go ]; do :; done', 'echo done'],
    })
    server.offer(job)
    await traceHas(job, '\nbegun\n')
    runner.drain()
    await writeFile(join(base, 'runner', 'jobs', `job-${job.id}`, 'workspace', 'go'), '')
    await runner.done
    expect(server.seen(job.id).end?.state).toBe('success')
  })

  it('reports running jobs as failed by the system when it must stop at once', async () => {
    const job = jobResponseFor(server.url, repository.commit, { script: ['echo begun', 'cat /dev/zero >/dev/null'] })
    server.offer(job)
    await traceHas(job, '\nbegun\n')
    runner.stopJobs()
    await runner.done
    expect(server.seen(job.id).end).toMatchObject({ state: 'failed', failure_reason: 'runner_system_failure' })
  })

  it('runs as many jobs at once as it may', async () => {
    const jobs = [1, 2].map((id) =>
      jobResponseFor(server.url, repository.commit, { id, script: ['echo begun', 'until [ -e go ]; do :; done'] }),
    )
    for (const job of jobs) server.offer(job)
    for (const job of jobs) await traceHas(job, '\nbegun\n')
    for (const job of jobs) await writeFile(join(base, 'runner', 'jobs', `job-${job.id}`, 'workspace', 'go'), '')
    expect((await Promise.all(jobs.map(ended))).map(({ end }) => end?.state)).toEqual(['success', 'success'])
  })
})

it('startRunner() rejects when the server does not know the token', async () => {
  const refused = await startRunner({
    config: {
      url: server.url,
      token: 'wrong-token',
      name: 'x',
      folder: join(base, 'refused'),
      concurrency: 1,
      executor: 'process',
      tags: [],
    },
    isolation,
    clock,
    waits,
    path: '',
    log: () => undefined,
  })
  await expect(refused.done).rejects.toMatchObject({ code: 'RUNNER_TOKEN_REFUSED' })
})
