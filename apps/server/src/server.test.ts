import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { routes, type RunView } from '@sluice/contracts/api'
import { traceBytesMax, traceLastLineBytesMax, type JobResponse } from '@sluice/contracts/runner'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { textOf, unpacked, type FakeRunner, type Played } from '../testing/fake-runner.ts'
import { TestPlatform } from '../testing/platform.ts'
import {
  bareFiles,
  junit,
  patientFiles,
  projectFiles,
  recreateFiles,
  releaseFiles,
  writeFiles,
  type ServiceOptions,
} from '../testing/sample-project.ts'

const { url, reason } = inject('postgres')
type Play = (job: JobResponse) => Played

describe.skipIf(url === null)(`a server with its runner, router and services ${reason}`, { timeout: 60_000 }, () => {
  let platform: TestPlatform
  let runner: FakeRunner
  let changes = 0

  beforeAll(async () => {
    platform = await TestPlatform.start(url ?? '')
    runner = await platform.registerRunner()
    await platform.addProject('sample', projectFiles)
  }, 60_000)
  afterAll(() => platform?.close(), 60_000)

  /** Changes the project's folder and pushes it. @returns the id of the run that it begins */
  async function push(files: Record<string, string> = {}, project = 'sample'): Promise<string> {
    await writeFiles(join(platform.folder, project), { CHANGE: String(++changes), ...files })
    const { run } = await platform.call(routes.syncProject, { parameters: { project } })
    if (run === null) throw new Error('no run was begun')
    return run.id
  }

  const good =
    (service: ServiceOptions): Play =>
    (job) =>
      job.job_info.name === 'package' ? { files: releaseFiles(service) } : { reports: { tests: junit(0) } }

  /** Works on jobs while the rest happens. */
  async function whileWorking<T>(play: Play, wait: () => Promise<T>): Promise<T> {
    const stop = new AbortController()
    const working = runner.work(play, stop.signal)
    try {
      return await wait()
    } finally {
      stop.abort()
      await working
    }
  }

  const hasEnded = ({ status, delivery }: RunView): boolean =>
    status !== 'running' && ['none', 'delivered', 'stopped'].includes(delivery)
  const deliver = (play: Play, files: Record<string, string> = {}): Promise<RunView> =>
    whileWorking(play, async () => platform.untilRun(await push(files), hasEnded))

  const takeJob = async (name: string): Promise<JobResponse> => {
    const job = await runner.take()
    if (job?.job_info.name !== name) throw new Error(`wanted job ${name}, got ${job?.job_info.name ?? 'none'}`)
    return job
  }

  const served = async (environment: string, project = 'sample'): Promise<string> => {
    const { environments } = await platform.call(routes.getProject, { parameters: { project } })
    return (await fetch(environments.find(({ name }) => name === environment)?.url ?? '')).text()
  }

  describe('a change', () => {
    test('goes from a push to production', async () => {
      const run = await deliver(good({ version: 'one' }))
      expect(run).toMatchObject({ status: 'success', delivery: 'delivered' })
      expect(run.evidence).toMatchObject([{ name: 'tests', job: 'unit-test', fact: { total: 2, failed: 0 } }])
      expect(run.gates).toMatchObject([{ name: 'quality', state: 'open' }])
      expect(run.deployments.map(({ environment, state }) => [environment, state])).toEqual([
        ['staging', 'promoted'],
        ['production', 'promoted'],
      ])
      expect(new Set(run.deployments.map(({ release }) => release.digest))).toEqual(new Set([run.release?.digest]))
      expect(await served('production')).toBe('one')
      expect(platform.logged).toEqual([])
    })

    test('that fails for customers is taken back, and what served before serves on', async () => {
      const run = await deliver(good({ version: 'two', failEvery: 2 }))
      expect(run).toMatchObject({ status: 'success', delivery: 'stopped' })
      expect(run.deployments.map(({ environment, state }) => [environment, state])).toEqual([
        ['staging', 'promoted'],
        ['production', 'aborted'],
      ])
      expect(await served('production')).toBe('one')
      const { dora } = await platform.call(routes.getProject, { parameters: { project: 'sample' } })
      expect(dora.changeFailRate.n).toBeGreaterThan(0)
    })

    test('that breaks a test stops at the gate', async () => {
      const broken: Play = (job) => (job.job_info.name === 'package' ? { files: {} } : { reports: { tests: junit(1) } })
      const run = await deliver(broken)
      expect(run).toMatchObject({ status: 'failed', delivery: 'stopped', release: null, deployments: [] })
      expect(run.gates).toMatchObject([
        { state: 'closed', verdict: { clauses: [{ rule: 'tests-pass', state: 'fail' }] } },
      ])
    })

    test('that lowers its own gate is judged by the gate as it was, and so is the one after it', async () => {
      const lower = projectFiles['sluice.yml']?.replace('tests.failed == 0', 'tests.failed >= 0') ?? ''
      const broken: Play = () => ({ files: {}, reports: { tests: junit(1) } })
      for (const files of [{ 'sluice.yml': lower }, {}]) {
        const run = await deliver(broken, files)
        expect(run.gates[0]?.verdict).toMatchObject({ decision: 'closed', policy: { commit: run.policy.commit } })
        expect(run.policy.commit).not.toBe(run.commit)
      }
      await writeFiles(join(platform.folder, 'sample'), projectFiles)
    })

    describe('that proposes another policy', () => {
      const policy = projectFiles['sluice.yml'] ?? ''
      const rule = 'tests.total > 0 && tests.failed == 0'
      const more = '  - { name: more, job: unit-test, path: reports/more.xml, format: junit }\ngates:'
      const reportsIn: Play = (job) =>
        job.job_info.name === 'package'
          ? { files: releaseFiles({ version: 'proposed' }) }
          : { reports: { tests: junit(0), 'more.proposed': junit(0) } }
      const gatesOf = ({ gates }: RunView) =>
        gates.map(({ name, state, verdict }) => [name, state, verdict?.clauses[0]?.state])

      test.each([
        ['a threshold that it does not reach', (text: string) => text.replace(rule, 'tests.total >= 8'), 'fail'],
        ['a path that nobody writes', (text: string) => text.replace('reports/junit.xml', 'reports/no.xml'), 'missing'],
        [
          'a report that nobody hands in',
          (text: string) => text.replace('gates:', more.replace('more,', 'other,')).replace(rule, 'other.failed == 0'),
          'missing',
        ],
      ])('with %s does not bring it in force, and the change that mends it passes', async (_, proposal, state) => {
        const run = await deliver(reportsIn, { 'sluice.yml': proposal(policy) })
        expect(gatesOf(run)).toEqual([
          ['quality', 'open', 'pass'],
          ['quality.proposed', 'closed', state],
        ])
        expect(run.gates[1]?.verdict?.policy.commit).toBe(run.commit)
        expect(run).toMatchObject({ status: 'failed', release: null })
        const mended = await deliver(reportsIn, projectFiles)
        expect(mended.policy).toEqual(run.policy)
        expect([mended.status, gatesOf(mended)]).toEqual(['success', [['quality', 'open', 'pass']]])
      })

      test('that it fulfils brings it in force, with a report that the policy before did not want', async () => {
        const stricter = policy.replace('gates:', more).replace(rule, `${rule} && more.total == 2`)
        const run = await deliver(reportsIn, { 'sluice.yml': stricter })
        expect(gatesOf(run)).toEqual([
          ['quality', 'open', 'pass'],
          ['quality.proposed', 'open', 'pass'],
        ])
        expect(run.evidence.map(({ name }) => name).toSorted()).toEqual(['more.proposed', 'tests'])
        const next = await deliver(reportsIn)
        expect(next.policy.commit).toBe(run.commit)
        expect(gatesOf(next)).toEqual([['quality', 'closed', 'missing']])
        const back: Play = (job) =>
          job.job_info.name === 'package'
            ? { files: releaseFiles({ version: 'back' }) }
            : { reports: { tests: junit(0), more: junit(0) } }
        expect(await deliver(back, projectFiles)).toMatchObject({ status: 'success' })
      })
    })

    describe('whose policy wants another release', () => {
      const policy = bareFiles['sluice.yml'] ?? ''
      const pipeline = `${projectFiles['.gitlab-ci.yml']}  needs: []\n`
      const play: Play = (job) =>
        job.job_info.name === 'unit-test' ? { reports: { tests: junit(0) } } : { files: releaseFiles({ version: 'r' }) }
      const deliverTo = (project: string, files: Record<string, string> = {}) =>
        whileWorking(play, async () => platform.untilRun(await push(files, project), hasEnded))
      const deliverAgain = (project: string) =>
        whileWorking(play, async () => {
          const { run } = await platform.call(routes.syncProject, { parameters: { project } })
          return platform.untilRun(run?.id ?? '', hasEnded)
        })
      const isDelivered = { status: 'success', delivery: 'delivered' }
      const bad = policy.replace('path: release }', 'path: releas }')

      test('that cannot be made is stopped and does not come in force; what mends it is delivered', async () => {
        const project = 'release-path'
        await platform.addProject(project, { ...bareFiles, '.gitlab-ci.yml': pipeline })
        const first = await deliverTo(project)
        expect(first).toMatchObject(isDelivered)
        const run = await deliverTo(project, { 'sluice.yml': bad })
        expect(run).toMatchObject({ status: 'failed', delivery: 'stopped', release: null })
        const sentence =
          'Gate "policy.release.proposed" is closed: Cannot make a release of "releas": the artifact has 2 files, ' +
          `none below that folder; it has "release", as sluice.yml of this change (${run.commit.slice(0, 8)}) wants it; ` +
          'correct "release" there, or what the job hands in'
        expect(run.sentence.en).toBe(sentence)
        expect(run.gates.map(({ name, after, state }) => [name, after, state])).toEqual([
          ['quality', 'test', 'open'],
          ['policy.release.proposed', 'test', 'closed'],
        ])
        const mended = await deliverTo(project, { 'sluice.yml': policy })
        expect(mended).toMatchObject({ ...isDelivered, policy: { commit: first.commit } })
      })

      test('that cannot be made, as the first, does not come in force either', async () => {
        const project = 'release-first'
        await platform.addProject(project, { ...bareFiles, 'sluice.yml': bad })
        const run = await deliverTo(project)
        expect(run).toMatchObject({ status: 'success', delivery: 'stopped', policy: { commit: run.commit } })
        expect(run.sentence.en).toContain('none below that folder; it has "release". Correct "release" in sluice.yml')
        const mended = await deliverTo(project, { 'sluice.yml': policy })
        expect(mended).toMatchObject({ ...isDelivered, policy: { commit: mended.commit } })
      })

      test('that the first policy does not want keeps it from nothing: it comes in force', async () => {
        const project = 'no-release'
        await platform.addProject(project, { ...bareFiles, 'sluice.yml': policy.replace(/^release:.*$/m, '') })
        const first = await deliverTo(project)
        expect(first).toMatchObject({ status: 'success', delivery: 'stopped' })
        expect((await deliverTo(project)).policy.commit).toBe(first.commit)
      })

      test('of a job with another name is told to be delivered once more, and is then', async () => {
        const project = 'release-job'
        await platform.addProject(project, { ...bareFiles, '.gitlab-ci.yml': pipeline })
        const first = await deliverTo(project)
        const renamed = await deliverTo(project, {
          '.gitlab-ci.yml': pipeline.replace('package:', 'bundle:'),
          'sluice.yml': policy.replace('job: package', 'job: bundle'),
        })
        expect(renamed).toMatchObject({ status: 'success', delivery: 'stopped', policy: { commit: first.commit } })
        expect(renamed.sentence.en).toBe(
          'Stopped: no release could be made. Cannot make a release: job "package" handed in no archive, as sluice.yml of ' +
            `commit ${first.commit.slice(0, 8)} wants it. This change's own sluice.yml is in force from now on, and its ` +
            'release can be made: deliver it once more.',
        )
        const again = await deliverAgain(project)
        expect(again).toMatchObject({ ...isDelivered, commit: renamed.commit, policy: { commit: renamed.commit } })
        expect(again.gates.map(({ name }) => name)).toEqual(['quality'])
      })
    })

    test('whose own policy has mistakes is refused, and the change that mends it is not', async () => {
      const policy = projectFiles['sluice.yml'] ?? ''
      const broken = [
        policy.replace('gates:', 'gatez:'),
        policy.replace('job: unit-test', 'job: unit-tset'),
        policy.replace('job: package', 'job: pack'),
        policy.replace('after: test', 'after: tset'),
      ]
      for (const text of broken)
        await expect(push({ 'sluice.yml': text })).rejects.toMatchObject({ code: 'POLICY_MISTAKES', status: 422 })
      const run = await deliver(good({ version: 'mended' }), projectFiles)
      expect(run).toMatchObject({ status: 'success', delivery: 'delivered' })
    })

    test('that changes a job whose files reach the reporting job makes that no witness', async () => {
      const files = { '.gitlab-ci.yml': projectFiles['.gitlab-ci.yml']?.replace('./package', './poison') ?? '' }
      const run = await deliver(good({ version: 'poisoned' }), files)
      expect(run.gates[0]?.verdict?.clauses).toMatchObject([{ state: 'untrusted' }])
      await writeFiles(join(platform.folder, 'sample'), projectFiles)
    })

    test('whose job fails once is tried again', async () => {
      const shaky: Play = (job) =>
        job.job_info.name === 'package'
          ? { files: releaseFiles({ version: 'three' }) }
          : { outcome: tries++ === 0 ? 'failed' : 'success', reports: { tests: junit(0) } }
      let tries = 0
      const run = await deliver(shaky)
      expect(run).toMatchObject({ status: 'success', delivery: 'delivered' })
      const job = run.stages.flatMap(({ jobs }) => jobs).find(({ name }) => name === 'unit-test')
      expect(job?.attempts.map(({ number, state }) => [number, state])).toEqual([
        [1, 'failed'],
        [2, 'success'],
      ])
      expect(await served('production')).toBe('three')
    })

    test('that defines its reporting job anew waits for a person, who accepts it for one run with a reason', async () => {
      const files = { '.gitlab-ci.yml': projectFiles['.gitlab-ci.yml']?.replace('./test', './other') ?? '' }
      const closed = await deliver(good({ version: 'four' }), files)
      expect(closed.gates[0]?.verdict?.clauses).toMatchObject([{ state: 'untrusted' }])
      const call = { parameters: { run: closed.id }, body: { reason: 'read and found good' } }
      const open = await whileWorking(good({ version: 'four' }), async () => {
        const { id } = await platform.call(routes.acceptProducers, call)
        return platform.untilRun(id, hasEnded)
      })
      expect(open).toMatchObject({ delivery: 'delivered', commit: closed.commit })
      expect(open.log.map(({ kind }) => kind).slice(0, 2)).toEqual(['run.created', 'producers.accepted'])
      await expect(
        platform.call(routes.acceptProducers, { ...call, parameters: { run: open.id } }),
      ).rejects.toMatchObject({
        code: 'RUN_NOT_ACCEPTABLE',
      })
      const newer = await push()
      await expect(platform.call(routes.acceptProducers, call)).rejects.toMatchObject({ code: 'RUN_NOT_ACCEPTABLE' })
      await platform.call(routes.cancelRun, { parameters: { run: newer } })
      await platform.untilRun(newer, hasEnded)
    })
  })

  describe('a report of several files', () => {
    const cut = '<testsuite><testcase'
    const [good, bad] = [junit(0), junit(1)]

    /** A run of a project of its own whose policy has this path, and delivers nothing. */
    async function judged(path: string | string[], play: Play): Promise<RunView> {
      const project = `reports-${++changes}`
      const [gates = ''] = projectFiles['sluice.yml']?.split('release:') ?? []
      const policy = gates.replace('path: reports/junit.xml', `path: ${JSON.stringify(path)}`)
      await platform.addProject(project, { ...projectFiles, 'sluice.yml': policy })
      return whileWorking(play, async () => platform.untilRun(await push({}, project), hasEnded))
    }

    test.each<[string, string | string[], Record<string, string>, string, object]>([
      ['passes when all pass', 'it/*.xml', { 'it/a.xml': good, 'it/b.xml': good }, 'pass', { total: 4, failed: 0 }],
      ['fails by its first', 'it/*.xml', { 'it/a.xml': bad, 'it/b.xml': good }, 'fail', { total: 4, failed: 1 }],
      ['fails by its last', 'it/*.xml', { 'it/a.xml': good, 'it/b.xml': bad }, 'fail', { total: 4, failed: 1 }],
      ['fails in any order', 'it/*.xml', { 'it/b.xml': bad, 'it/a.xml': good }, 'fail', { total: 4, failed: 1 }],
      ['fails by a listed one', ['a.xml', 'b.xml'], { 'a.xml': good, 'b.xml': bad }, 'fail', { total: 4, failed: 1 }],
      [
        'is invalid by one that is cut',
        'it/*.xml',
        { 'it/a.xml': cut, 'it/b.xml': good },
        'invalid',
        { path: 'it/a.xml', code: 'EVIDENCE_TRUNCATED' },
      ],
      [
        'is invalid without a listed one',
        ['a.xml', 'b.xml'],
        { 'a.xml': good },
        'invalid',
        { path: 'b.xml', code: 'EVIDENCE_FILE_MISSING' },
      ],
    ])('%s', async (_, path, files, state, wanted) => {
      const run = await judged(path, (job) =>
        job.job_info.name === 'package' ? { files: {} } : { reports: { tests: files } },
      )
      expect(run.gates[0]?.verdict?.clauses).toMatchObject([{ state }])
      const [record] = run.evidence
      if (state === 'invalid') expect(run.refusedReports).toMatchObject([wanted])
      else expect(record?.fact).toMatchObject(wanted)
      expect(record?.reportFiles.map((file) => file.path)).toEqual(
        state === 'invalid' ? undefined : Object.keys(files).toSorted(),
      )
    })

    test('counts whole under GitLab’s name', async () => {
      const run = await judged('a.xml', (job) =>
        job.job_info.name === 'package'
          ? { files: {}, reports: { junit: { 'it/b.xml': bad, 'it/a.xml': good } } }
          : { reports: { tests: good } },
      )
      expect(run.evidence.find(({ name }) => name === 'junit')).toMatchObject({ fact: { total: 4, failed: 1 } })
      expect(run.gates[0]?.state).toBe('open')
    })
  })

  describe('a runner', () => {
    test('writes to its live attempt and to nothing after its end', async () => {
      const id = await push()
      const job = await takeJob('package')
      expect((await runner.append(job, 0, Buffer.from('one'))).status).toBe(202)
      const again = await runner.append(job, 0, Buffer.from('one'))
      expect([again.status, again.headers.get('range')]).toEqual([416, '0-3'])
      expect((await runner.uploadArchive(job, { 'release/a': 'judged' })).status).toBe(201)
      expect((await runner.finish(job, 'success')).status).toBe(200)
      const late = [
        runner.append(job, 3, Buffer.from('late')),
        runner.uploadArchive(job, { 'release/a': 'changed' }),
        runner.uploadReport(job, 'tests', junit(0)),
        runner.finish(job, 'failed'),
      ]
      expect((await Promise.all(late)).map(({ status }) => status)).toEqual([403, 403, 403, 403])
      const test = await takeJob('unit-test')
      const archive = await runner.download(job.id, test.token)
      expect(await unpacked(archive)).toEqual({ 'release/a': 'judged' })
      await runner.play(test, { outcome: 'failed' })
      await runner.play(await takeJob('unit-test'), { outcome: 'failed' })
      expect(await platform.untilRun(id, hasEnded)).toMatchObject({ status: 'failed', evidence: [] })
    })

    test('whose upload ends after its attempt is refused', async () => {
      const id = await push()
      const job = await takeJob('package')
      const slow = runner.uploadSlowly(job)
      await slow.begun
      await runner.finish(job, 'success')
      slow.end()
      expect((await slow.answer).status).toBe(403)
      await platform.call(routes.cancelRun, { parameters: { run: id } })
      expect(await platform.untilRun(id, hasEnded)).toMatchObject({ status: 'canceled' })
    })

    test('reads artifacts of its own run while it works, and no others', async () => {
      const first = await push()
      const made = await takeJob('package')
      await runner.play(made, { files: { 'release/a': 'secret of the first' } })
      const reader = await takeJob('unit-test')
      expect((await runner.download(made.id, reader.token)).status).toBe(200)
      expect((await runner.download(made.id, made.token)).status).toBe(403)
      expect((await runner.download(made.id, 'glcbt-guessed')).status).toBe(403)
      const second = await push()
      const stranger = await takeJob('package')
      expect((await runner.download(made.id, stranger.token)).status).toBe(403)
      for (const run of [first, second]) await platform.call(routes.cancelRun, { parameters: { run } })
      for (const job of [reader, stranger]) await runner.finish(job, 'failed')
      expect((await runner.download(made.id, reader.token)).status).toBe(403)
      for (const run of [first, second]) await platform.untilRun(run, hasEnded)
    })

    test('hands in evidence about its own run’s commit only', async () => {
      const run = await deliver(good({ version: 'five' }))
      const id = await push()
      const job = await takeJob('package')
      const mixed = { ...job, id: job.id - 1 }
      expect((await runner.uploadReport(mixed, 'tests', junit(0))).status).toBe(403)
      await runner.uploadReport(job, 'tests', junit(0))
      await runner.finish(job, 'success')
      await runner.play(await takeJob('unit-test'), { reports: { tests: junit(1) } })
      const judged = await platform.untilRun(id, hasEnded)
      expect(judged.evidence).toMatchObject([{ job: 'unit-test', subject: { digest: { gitCommit: judged.commit } } }])
      expect((await platform.getRun(run.id)).evidence).toEqual(run.evidence)
    })

    test('fetches the sources of its project while it works', async () => {
      const id = await push()
      const job = await takeJob('package')
      const refs = (project: string): Promise<Response> =>
        fetch(`${platform.url}/git/${project}.git/info/refs?service=git-upload-pack`, {
          headers: { authorization: `Basic ${Buffer.from(`x:${job.token}`).toString('base64')}` },
        })
      expect(await textOf(await refs('sample'))).toContain('refs/heads/main')
      expect((await refs('other')).status).toBe(401)
      await platform.call(routes.cancelRun, { parameters: { run: id } })
      await runner.finish(job, 'failed')
      await platform.untilRun(id, hasEnded)
      expect((await refs('sample')).status).toBe(401)
    })

    test('hands dotenv variables on to later jobs, and none that GitLab would refuse', async () => {
      const id = await push()
      const job = await takeJob('package')
      const refused = await runner.uploadDotenv(job, 'build.env', 'no variable\n')
      expect([refused.status, await textOf(refused)]).toEqual([422, expect.stringContaining('EXECUTION_DOTENV')])
      expect((await runner.uploadDotenv(job, 'build.env', 'VERSION=1.2\nKIND=a\n')).status).toBe(201)
      expect((await runner.uploadDotenv(job, 'more.env', 'KIND=b\n')).status).toBe(201)
      await runner.finish(job, 'success')
      const later = await takeJob('unit-test')
      const values = Object.fromEntries(later.variables.map(({ key, value }) => [key, value]))
      expect(values).toMatchObject({ VERSION: '1.2', KIND: 'b' })
      await platform.call(routes.cancelRun, { parameters: { run: id } })
      await runner.finish(later, 'failed')
      await platform.untilRun(id, hasEnded)
    })

    test('gets no script of a job whose secrets nobody has', async () => {
      const pipeline = `${projectFiles['.gitlab-ci.yml']}  secrets: { KEY: { vault: app/db/password } }\n`
      await platform.addProject('secretive', { ...projectFiles, '.gitlab-ci.yml': pipeline })
      const id = await push({}, 'secretive')
      await runner.play(await takeJob('package'), { files: {} })
      const job = await takeJob('unit-test')
      expect(job.sluice_refusal).toContain('secret KEY from HashiCorp Vault')
      expect(JSON.stringify(job)).not.toContain('./test')
      await platform.call(routes.cancelRun, { parameters: { run: id } })
      await runner.finish(job, 'failed')
      await platform.untilRun(id, hasEnded)
    })

    test('hears that its job is canceled, and the run ends with it', async () => {
      const id = await push()
      const job = await takeJob('package')
      await platform.call(routes.cancelRun, { parameters: { run: id } })
      const told = await runner.append(job, 0, Buffer.from('x'))
      expect(told.headers.get('job-status')).toBe('canceled')
      expect((await runner.finish(job, 'failed')).headers.get('job-status')).toBe('canceled')
      const run = await platform.untilRun(id, hasEnded)
      expect(run).toMatchObject({ status: 'canceled', delivery: 'stopped' })
      const states = run.stages.flatMap(({ jobs }) => jobs.map(({ name, state }) => [name, state]))
      expect(states).toEqual([
        ['package', 'canceled'],
        ['unit-test', 'canceled'],
      ])
    })
  })

  test('a job that waits for a person starts when one starts it, once', async () => {
    const pipeline = `${projectFiles['.gitlab-ci.yml']}  needs: [approve]\napprove:\n  script: [./approve]\n  when: manual\n  allow_failure: false\n`
    await platform.addProject('by-hand', { ...projectFiles, '.gitlab-ci.yml': pipeline })
    const id = await push({}, 'by-hand')
    const play = (job: string, run = id) => platform.call(routes.playJob, { parameters: { run, job } })
    const stateOf = (run: RunView, name: string) =>
      run.stages.flatMap(({ jobs }) => jobs).find((job) => job.name === name)?.state
    const package_ = await takeJob('package')
    await expect(play('package')).rejects.toMatchObject({ code: 'RUN_JOB_NOT_MANUAL', status: 409 })
    await expect(play('none')).rejects.toMatchObject({ code: 'JOB_UNKNOWN', status: 404 })
    await expect(play('approve', 'none')).rejects.toMatchObject({ code: 'RUN_UNKNOWN', status: 404 })
    await runner.play(package_, { files: releaseFiles({ version: 'by hand' }) })
    await platform.untilRun(id, (run) => stateOf(run, 'approve') === 'manual')
    const answers = await Promise.allSettled([play('approve'), play('approve')])
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    await runner.play(await takeJob('approve'), {})
    const run = await platform.untilRun(id, (view) => stateOf(view, 'approve') === 'success')
    const played = run.log.filter(({ kind }) => kind === 'job.played')
    expect(played).toMatchObject([{ payload: { job: 'approve' }, actor: { kind: 'person' } }])
    await platform.call(routes.cancelRun, { parameters: { run: id } })
    await platform.untilRun(id, hasEnded)
    await expect(play('approve')).rejects.toMatchObject({ code: 'RUN_JOB_NOT_MANUAL' })
  })

  test('a run that was delivered goes on when a person starts a job of it, and is not delivered again', async () => {
    const pipeline = `${projectFiles['.gitlab-ci.yml']}\ntell:\n  script: [./tell]\n  when: manual\n`
    await platform.addProject('told-later', { ...projectFiles, '.gitlab-ci.yml': pipeline })
    const id = await push({}, 'told-later')
    const stateOf = (run: RunView) => run.stages.flatMap(({ jobs }) => jobs).find(({ name }) => name === 'tell')?.state
    const delivered = await whileWorking(good({ version: 'told' }), () => platform.untilRun(id, hasEnded))
    expect([delivered.status, delivered.delivery, stateOf(delivered)]).toEqual(['success', 'delivered', 'manual'])
    await platform.call(routes.playJob, { parameters: { run: id, job: 'tell' } })
    const job = await takeJob('tell')
    expect(await platform.untilRun(id, ({ status }) => status === 'running')).toMatchObject({ finishedAt: null })
    await runner.play(job, {})
    const ended = await platform.untilRun(id, (run) => stateOf(run) === 'success' && hasEnded(run))
    expect(ended).toMatchObject({ status: 'success', delivery: 'delivered', release: { id: delivered.release?.id } })
    expect(ended.deployments).toHaveLength(delivered.deployments.length)
  })

  test('what a run brought in force stays so while a job of it is started, and after it is canceled', async () => {
    const project = 'reopened'
    const policy = bareFiles['sluice.yml'] ?? ''
    const files = {
      '.gitlab-ci.yml': `${projectFiles['.gitlab-ci.yml']}\ntell:\n  script: [./tell]\n  when: manual\n`,
      'sluice.yml': policy.replace('tests.failed == 0', 'tests.failed >= 0'),
    }
    await platform.addProject(project, files)
    const delivered = (change: Record<string, string> = {}) =>
      whileWorking(good({ version: 'strict' }), async () => platform.untilRun(await push(change, project), hasEnded))
    const weak = await delivered()
    const strict = await delivered({ 'sluice.yml': policy })
    expect([weak, strict].map(({ delivery }) => delivery)).toEqual(['delivered', 'delivered'])
    expect(strict.policy.commit).toBe(weak.commit)
    const nextPolicy = async (): Promise<string> => {
      const next = await platform.getRun(await push({}, project))
      await platform.call(routes.cancelRun, { parameters: { run: next.id } })
      await platform.untilRun(next.id, hasEnded)
      return next.policy.commit
    }
    await platform.call(routes.playJob, { parameters: { run: strict.id, job: 'tell' } })
    const job = await takeJob('tell')
    expect((await platform.getRun(strict.id)).status).toBe('running')
    expect(await nextPolicy()).toBe(strict.commit)
    await platform.call(routes.cancelRun, { parameters: { run: strict.id } })
    await runner.finish(job, 'failed')
    const ended = await platform.untilRun(strict.id, hasEnded)
    expect(ended).toMatchObject({ status: 'success', delivery: 'delivered', release: { id: strict.release?.id } })
    expect(ended.stages.flatMap(({ jobs }) => jobs.map(({ name, state }) => [name, state]))).toContainEqual([
      'tell',
      'canceled',
    ])
    expect(await nextPolicy()).toBe(strict.commit)
  })

  test('a run that waits for a person is not released under a policy that was replaced meanwhile', async () => {
    const project = 'parked'
    const strict = bareFiles['sluice.yml'] ?? ''
    const weak = strict.replace('tests.failed == 0', 'tests.failed >= 0')
    const pipeline = projectFiles['.gitlab-ci.yml'] ?? ''
    await platform.addProject(project, { ...bareFiles, 'sluice.yml': weak })
    const run = async (files: Record<string, string>, until: (view: RunView) => boolean) =>
      whileWorking(good({ version: 'parked' }), async () => platform.untilRun(await push(files, project), until))
    await run({}, hasEnded)
    const hold = '\nhold:\n  stage: .post\n  needs: []\n  script: [./hold]\n  when: manual\n  allow_failure: false\n'
    const stateOf = (view: RunView) => view.stages.flatMap(({ jobs }) => jobs).find(({ name }) => name === 'hold')
    const parked = await run({ '.gitlab-ci.yml': pipeline + hold }, (view) => stateOf(view)?.state === 'manual')
    const replacing = await run({ '.gitlab-ci.yml': pipeline, 'sluice.yml': strict }, hasEnded)
    expect(replacing.delivery, replacing.sentence.en).toBe('delivered')
    await platform.call(routes.playJob, { parameters: { run: parked.id, job: 'hold' } })
    await runner.play(await takeJob('hold'), {})
    const ended = await platform.untilRun(parked.id, hasEnded)
    expect(ended).toMatchObject({ status: 'success', delivery: 'stopped', release: null })
    expect(ended.sentence.en).toContain('Another sluice.yml came in force while the run was under way')
  })

  test('an environment that the policy names no longer is shown so, gets nothing more, and serves on', async () => {
    const project = 'renamed'
    const policy = recreateFiles['sluice.yml'] ?? ''
    await platform.addProject(project, recreateFiles)
    const deliverTo = (version: string, files: Record<string, string> = {}) =>
      whileWorking(good({ version }), async () => platform.untilRun(await push(files, project), hasEnded))
    const environments = async () => {
      const view = await platform.call(routes.getProject, { parameters: { project } })
      return view.environments.map(({ name, state, inPolicy }) => [name, state, inPolicy])
    }
    await deliverTo('one')
    const both = [
      ['staging', 'healthy', true],
      ['production', 'healthy', true],
    ]
    expect(await environments()).toEqual(both)
    await deliverTo('two', { 'sluice.yml': policy.replace('name: production', 'name: prod') })
    expect(await environments()).toEqual([both[0], ['production', 'healthy', false]])
    const next = await deliverTo('three')
    expect(next.deployments.map(({ environment }) => environment)).toEqual(['staging', 'prod'])
    expect(await environments()).toEqual([both[0], ['prod', 'healthy', true], ['production', 'healthy', false]])
    expect([await served('production', project), await served('prod', project)]).toEqual(['two', 'three'])
    const again = await platform.call(routes.syncProject, { parameters: { project } })
    expect(again.run).toBeNull()
    const stop = (environment: string) =>
      platform.call(routes.stopEnvironment, { parameters: { project, environment } })
    await expect(stop('prod')).rejects.toMatchObject({ code: 'ENVIRONMENT_NOT_STOPPABLE', status: 409 })
    const old = (await platform.getRun(next.id)).environments.find(({ name }) => name === 'production')?.url ?? ''
    await stop('production')
    expect(await environments()).toEqual([both[0], ['prod', 'healthy', true]])
    expect([(await fetch(old)).status, await served('prod', project)]).toEqual([503, 'three'])
  })

  test('two pushes of one change at once begin one run', async () => {
    await writeFiles(join(platform.folder, 'sample'), { CHANGE: String(++changes) })
    const call = { parameters: { project: 'sample' } }
    const answers = await Promise.all([1, 2, 3].map(() => platform.call(routes.syncProject, call)))
    const runs = new Set(answers.map(({ run }) => run?.id))
    expect([runs.size, [...runs][0]]).toEqual([1, expect.any(String)])
    await platform.call(routes.cancelRun, { parameters: { run: answers[0]?.run?.id ?? '' } })
  })

  test('a log is read piece by piece, on whole characters', async () => {
    const text = 'naïve 流水线 🚦 ends in a half'
    const bytes = Buffer.concat([Buffer.from(text), Buffer.from([0xe6, 0xb5])])
    const id = await push()
    const job = await takeJob('package')
    await runner.append(job, 0, bytes)
    const read = (offset: number, limit: number) =>
      platform.call(routes.getLog, { parameters: { run: id, job: 'package', attempt: 1 }, query: { offset, limit } })
    let [whole, offset] = ['', 0]
    for (let step = 0; offset < Buffer.byteLength(text); step++) {
      const piece = await read(offset, 4 + (step % 3))
      expect(piece.nextOffset).toBeGreaterThan(offset)
      offset = piece.nextOffset
      whole += piece.text
    }
    expect(whole).toBe(text)
    expect(await read(offset, 100)).toMatchObject({ text: '', complete: false })
    await platform.call(routes.cancelRun, { parameters: { run: id } })
    await runner.finish(job, 'failed')
    expect(await read(offset, 100)).toMatchObject({ text: '\uFFFD', complete: true, nextOffset: bytes.length })
    await expect(
      platform.call(routes.getLog, { parameters: { run: id, job: 'package', attempt: 2 } }),
    ).rejects.toMatchObject({ code: 'JOB_UNKNOWN' })
  })

  test('a log at its limit still takes the line that says so, and then nothing', async () => {
    const id = await push()
    const job = await takeJob('package')
    const part = Buffer.alloc(8 * 1024 * 1024, 'x')
    for (let sent = 0; sent < traceBytesMax; sent += part.length) await runner.append(job, sent, part)
    const lastLine = "\nJob's log exceeded limit\n"
    let offset = traceBytesMax
    for (const text of [lastLine, 'y'.repeat(traceLastLineBytesMax), 'late']) {
      expect((await runner.append(job, offset, Buffer.from(text))).status).toBe(202)
      offset += text.length
    }
    const { text } = await platform.call(routes.getLog, {
      parameters: { run: id, job: 'package', attempt: 1 },
      query: { offset: traceBytesMax, limit: traceLastLineBytesMax * 2 },
    })
    expect([text.startsWith(lastLine), text.length]).toEqual([true, traceLastLineBytesMax])
    await platform.call(routes.cancelRun, { parameters: { run: id } })
    await runner.finish(job, 'failed')
  })

  test('an instance that dies is replaced, and the environment serves again', async () => {
    const before = await served('production')
    process.kill(await platform.pidIn('production'), 'SIGKILL')
    const answer = await platform.until(async () => {
      const text = await served('production').catch(() => '')
      return text === before ? text : null
    })
    expect(answer).toBe('five')
    const { environments } = await platform.call(routes.getProject, { parameters: { project: 'sample' } })
    expect(environments.map(({ state }) => state)).toEqual(['healthy', 'healthy'])
  })

  describe('a rollout that takes long', () => {
    /** Brings a project to the middle of its canary. */
    async function toTheMiddle(project: string): Promise<RunView> {
      await platform.addProject(project, patientFiles)
      return whileWorking(good({ version: project }), async () =>
        platform.untilRun(await push({}, project), ({ deployments }) =>
          deployments.some(({ weight }) => weight === 50),
        ),
      )
    }

    test('is taken back when a person cancels it', async () => {
      const { id } = await toTheMiddle('canceled')
      await platform.call(routes.cancelRun, { parameters: { run: id } })
      const run = await platform.untilRun(id, hasEnded)
      expect(run).toMatchObject({ delivery: 'stopped', status: 'success' })
      expect(run.deployments.map(({ state }) => state)).toEqual(['promoted', 'aborted'])
    })

    test('goes on with the same instances when the server is started again', async () => {
      const { id } = await toTheMiddle('restarted')
      const pid = await platform.pidIn('production', 'restarted')
      await platform.restart()
      const run = await platform.untilRun(id, ({ deployments }) => deployments.some(({ current }) => current !== null))
      expect(await platform.pidIn('production', 'restarted')).toBe(pid)
      expect(run.log.filter(({ kind }) => kind === 'deployment.started')).toHaveLength(2)
      await platform.call(routes.cancelRun, { parameters: { run: id } })
      const ended = await platform.untilRun(id, hasEnded)
      expect(ended.deployments.map(({ state }) => state)).toEqual(['promoted', 'aborted'])
    })
  })

  test('a visitor sees a run without scripts and variables of its jobs', async () => {
    const { runs } = await platform.call(routes.getProject, { parameters: { project: 'sample' } })
    const answer = await fetch(`${platform.url}/api/runs/${runs[0]?.id}`)
    expect(answer.status).toBe(200)
    const text = await answer.text()
    for (const hidden of ['./package', 'CI_JOB_TOKEN', '"variables"', platform.folder])
      expect(text).not.toContain(hidden)
  })

  test('a folder that is gone is named to the administrator', async () => {
    const folder = await platform.addProject('gone', projectFiles)
    await rm(folder, { recursive: true })
    const parameters = { project: 'gone' }
    await expect(platform.call(routes.syncProject, { parameters })).rejects.toMatchObject({
      code: 'GIT_FOLDER_MISSING',
    })
  })
})
