import { join } from 'node:path'
import { routes, type JobView, type RunView } from '@sluice/contracts/api'
import type { JobResponse } from '@sluice/contracts/runner'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { unpacked, type FakeRunner } from '../../testing/fake-runner.ts'
import { TestPlatform } from '../../testing/platform.ts'
import { bareFiles, junit, releaseFiles, writeFiles } from '../../testing/sample-project.ts'

const { url, reason } = inject('postgres')

describe.skipIf(url === null)(`child runs of a server with its runner ${reason}`, { timeout: 60_000 }, () => {
  let platform: TestPlatform
  let runner: FakeRunner
  let projects = 0
  let changes = 0

  beforeAll(async () => {
    platform = await TestPlatform.start(url ?? '')
    runner = await platform.registerRunner()
  }, 60_000)
  afterAll(() => platform?.close(), 60_000)

  /** Begins a run of a project of its own. */
  async function begin(pipeline: string, files: Record<string, string> = {}): Promise<RunView> {
    const project = `children-${++projects}`
    await platform.addProject(project, { '.gitlab-ci.yml': pipeline, ...files })
    return push(project)
  }

  async function push(project: string, files: Record<string, string> = {}): Promise<RunView> {
    await writeFiles(join(platform.folder, project), { CHANGE: String(++changes), ...files })
    const { run } = await platform.call(routes.syncProject, { parameters: { project } })
    return platform.getRun(run?.id ?? '')
  }

  const take = async (name: string): Promise<JobResponse> => {
    const job = await runner.take()
    if (job?.job_info.name !== name) throw new Error(`wanted job ${name}, got ${job?.job_info.name}`)
    return job
  }
  const finish = async (name: string, outcome: 'success' | 'failed' = 'success'): Promise<void> => {
    await runner.play(await take(name), { outcome })
  }
  const jobOf = ({ stages }: RunView, name: string): JobView => {
    const found = stages.flatMap(({ jobs }) => jobs).find((job) => job.name === name)
    if (found === undefined) throw new Error(`no job ${name}`)
    return found
  }
  const variable = (job: JobResponse, key: string): string | undefined =>
    job.variables.find((one) => one.key === key)?.value
  const ended = ({ status }: RunView): boolean => status !== 'running'
  const cancel = (run: string) => platform.call(routes.cancelRun, { parameters: { run } })
  /** The child of a job, once it has one. */
  const childOf = async (run: RunView, name: string): Promise<RunView> => {
    const above = await platform.untilRun(run.id, (view) => jobOf(view, name).downstream?.child != null)
    return platform.getRun(jobOf(above, name).downstream?.child?.runId ?? '')
  }

  test('a child of a file runs as a run of its own, and the job that waits for it ends as it does', async () => {
    const run = await begin(
      'a: { trigger: { include: child.yml, strategy: depend } }\nb: { stage: deploy, script: x }',
      {
        'child.yml': 'inner: { script: x }',
      },
    )
    const child = await childOf(run, 'a')
    expect(child).toMatchObject({
      status: 'running',
      source: 'parent_pipeline',
      commit: run.commit,
      ref: run.ref,
      delivery: 'none',
      gates: [],
      parent: { runId: run.id, number: run.number, job: 'a' },
    })
    expect(child.number).toBeGreaterThan(run.number)
    expect(jobOf(await platform.getRun(run.id), 'a')).toMatchObject({
      state: 'running',
      attempts: [],
      downstream: { strategy: 'depend', child: { number: child.number, status: 'running' } },
    })
    await finish('inner', 'failed')
    const failed = await platform.untilRun(run.id, ended)
    expect(failed.status).toBe('failed')
    expect(jobOf(failed, 'a')).toMatchObject({
      state: 'failed',
      stateReason: { en: 'its child failed: job "inner" failed', zh: '子流水线失败：作业“inner”失败' },
      downstream: { child: { status: 'failed' } },
    })
    expect(failed.log.map(({ kind }) => kind)).toEqual([
      'run.created',
      'child.begun',
      'child.ended',
      'job.finished',
      'job.skipped',
      'run.finished',
      'delivery.stopped',
    ])
    expect((await platform.getRun(child.id)).log[0]?.payload).toMatchObject({
      parent: { runId: run.id, number: run.number, job: 'a', attempt: 1 },
    })
    const project = await platform.call(routes.getProject, { parameters: { project: run.project } })
    expect([project.runs.map(({ id }) => id), project.lastRun?.id]).toEqual([[run.id], run.id])
  })

  test('a child of a file that a job made takes what its parent forwards, and files of its parent', async () => {
    const pipeline = `
      generate: { stage: build, script: x, artifacts: { paths: [out/], reports: { dotenv: build.env } } }
      down:
        stage: test
        variables: { PARENT_PIPELINE_ID: $CI_PIPELINE_ID, IMAGE: "app:$VERSION" }
        trigger: { include: [{ artifact: out/child.yml, job: generate }], strategy: mirror }
      other: { stage: test, needs: [], script: x, artifacts: { paths: [secret] } }`
    const made = `
      use: { script: x, variables: { OWN: own }, needs: [{ pipeline: $PARENT_PIPELINE_ID, job: generate }] }
      lost: { stage: deploy, script: x, needs: [{ pipeline: $PARENT_PIPELINE_ID, job: nothing }] }`
    const run = await begin(pipeline)
    const generate = await take('generate')
    await runner.uploadArchive(generate, { 'out/child.yml': made, 'out/data.txt': 'data' })
    await runner.uploadDotenv(generate, 'build.env', 'VERSION=1.2\nIMAGE=report\nOWN=report\n')
    await runner.finish(generate, 'success')
    const other = await take('other')
    await runner.play(other, { files: { secret: 'x' } })

    const child = await childOf(run, 'down')
    const jobs = [await runner.take(), await runner.take()]
    const [use, lost] = ['use', 'lost'].map((name) => jobs.find((job) => job?.job_info.name === name))
    if (use == null || lost == null) throw new Error('the child offered other jobs')
    expect(use.dependencies).toMatchObject([{ id: generate.id, name: 'generate' }])
    // Variables that went with it win over those of reports, and these over its own.
    expect(['IMAGE', 'VERSION', 'OWN'].map((key) => variable(use, key))).toEqual(['app:1.2', '1.2', 'report'])
    expect([
      variable(use, 'CI_PIPELINE_ID'),
      variable(use, 'CI_PIPELINE_SOURCE'),
      variable(use, 'CI_UPSTREAM_PIPELINE_ID'),
    ]).toEqual([child.id, 'parent_pipeline', run.id])
    expect(await unpacked(await runner.download(generate.id, use.token))).toMatchObject({ 'out/data.txt': 'data' })
    for (const [id, token] of [
      [other.id, use.token],
      [generate.id, lost.token],
    ] as const)
      expect((await runner.download(id, token)).status).toBe(403)
    expect(lost.sluice_refusal).toBe(
      `it needs artifacts of job "nothing" of pipeline "${run.id}": it has handed on none`,
    )
    await runner.finish(use, 'success')
    await runner.finish(lost, 'success')
    expect(await platform.untilRun(run.id, ended)).toMatchObject({ status: 'success' })
  })

  test.each<[string, string | null, string]>([
    ['no such file', null, 'the artifacts of job "generate" have no such file'],
    [
      'mistakes',
      'a: { scirpt: x }',
      'artifact of generate: child.yml:1:1: Cannot plan job "a": it has no script; wanted script, or a name that begins with ".", and 1 more',
    ],
    ['no job for this change', 'a: { script: x, rules: [{ when: never }] }', 'none of its jobs runs for this change'],
    ['too much', `# ${'x'.repeat(1_048_576)}`, 'it has 1048578 bytes; wanted 1048576 at most'],
  ])('a child of a file with %s is refused with the reason', async (_, text, why) => {
    const run = await begin(`
      generate: { stage: build, script: x, artifacts: { paths: [child.yml] } }
      down: { stage: test, trigger: { include: [{ artifact: child.yml, job: generate }] } }`)
    await runner.play(await take('generate'), { files: text === null ? { other: '' } : { 'child.yml': text } })
    const refused = await platform.untilRun(run.id, ended)
    expect(refused.status).toBe('failed')
    expect(jobOf(refused, 'down').stateReason.en).toContain('its child cannot be created: ')
    expect(jobOf(refused, 'down').stateReason.en).toContain(why)
    expect(refused.log.filter(({ kind }) => kind === 'child.refused')).toHaveLength(1)
  })

  test('a child may be of a file that a job handed on though it failed', async () => {
    const run = await begin(`
      generate: { stage: build, script: x, allow_failure: true, artifacts: { paths: [child.yml], when: always } }
      down: { stage: test, trigger: { include: [{ artifact: child.yml, job: generate }] } }`)
    await runner.play(await take('generate'), { files: { 'child.yml': 'inner: { script: x }' }, outcome: 'failed' })
    await finish('inner')
    expect(await platform.untilRun(run.id, ended)).toMatchObject({ status: 'success' })
  })

  describe('a child whose job wants a resource group', () => {
    const wants = 'wants: { script: x, resource_group: device }'
    const refusal = {
      en: 'its child cannot be created: its job "wants" waits for resource group "device", which is held until the child has ended',
      zh: '无法创建子流水线：其作业“wants”等待资源组“device”，而该组在子流水线结束之前一直被占用',
    }

    test('that its own trigger job holds until it has ended is refused with the reason', async () => {
      const run = await begin('a: { resource_group: device, trigger: { include: child.yml, strategy: depend } }', {
        'child.yml': wants,
      })
      const after = await platform.untilRun(run.id, ended)
      expect([after.status, jobOf(after, 'a').stateReason]).toEqual(['failed', refusal])
      expect(jobOf(after, 'a').downstream?.child ?? null).toBeNull()
    })

    test('that a job further above holds is refused with the reason, and only that one', async () => {
      const run = await begin('a: { resource_group: device, trigger: { include: child.yml, strategy: mirror } }', {
        'child.yml': 'b: { trigger: { include: last.yml, strategy: depend } }',
        'last.yml': wants,
      })
      const child = await platform.untilRun((await childOf(run, 'a')).id, ended)
      expect([child.status, jobOf(child, 'b').stateReason]).toEqual(['failed', refusal])
      const after = await platform.untilRun(run.id, ended)
      expect(jobOf(after, 'a').stateReason.en).toBe('its child failed: job "b" failed')
    })

    test.each<[string, Record<string, string>]>([
      ['has given it back', { 'child.yml': wants }],
      [
        'holds it no longer than the run that began the child',
        { 'child.yml': 'b: { trigger: { include: last.yml } }', 'last.yml': wants },
      ],
    ])('that a job above %s gets it', async (_, files) => {
      const strategy = 'last.yml' in files ? ', strategy: depend' : ''
      const run = await begin(`a: { resource_group: device, trigger: { include: child.yml${strategy} } }`, files)
      await finish('wants')
      expect(await platform.untilRun(run.id, ended)).toMatchObject({ status: 'success' })
    })
  })

  test('a job that triggers another project fails in its turn and says so', async () => {
    const run = await begin('down: { trigger: { project: group/other } }')
    expect(jobOf(await platform.untilRun(run.id, ended), 'down').stateReason).toEqual({
      en: 'its child cannot be created: project "group/other" cannot be reached from here',
      zh: '无法创建子流水线：从这里无法访问项目“group/other”',
    })
  })

  test('a cancel reaches every child, of jobs that do not wait too, and theirs', async () => {
    const run = await begin(
      `
      waited: { trigger: { include: child.yml, strategy: depend } }
      left: { trigger: { include: child.yml } }
      holds: { script: x }`,
      {
        'child.yml': 'down: { trigger: { include: last.yml, strategy: depend } }',
        'last.yml': 'inner: { script: x }',
      },
    )
    const children = [await childOf(run, 'waited'), await childOf(run, 'left')]
    const below = await Promise.all(children.map((child) => childOf(child, 'down')))
    const jobs = [await runner.take(), await runner.take(), await runner.take()]
    await cancel(run.id)
    const isAsked = ({ log }: RunView): boolean => log.some(({ kind }) => kind === 'run.cancel-requested')
    for (const { id } of below) await platform.untilRun(id, isAsked)
    for (const job of jobs) if (job !== null) await runner.finish(job, 'failed')
    for (const { id } of [run, ...children, ...below])
      expect(await platform.untilRun(id, ended)).toMatchObject({ status: 'canceled' })
    const above = await platform.untilRun(
      run.id,
      (view) => jobOf(view, 'left').downstream?.child?.status === 'canceled',
    )
    expect([jobOf(above, 'waited').state, jobOf(above, 'left').state]).toEqual(['canceled', 'success'])
    const [child] = children
    const entries = (await platform.getRun(child?.id ?? '')).log
    expect(entries.find(({ kind }) => kind === 'run.cancel-requested')).toMatchObject({
      actor: { kind: 'system', id: 'engine' },
      payload: { reason: `canceled with run ${run.number}, which began it` },
    })
  })

  test('the cancel of a child is told to its parent', async () => {
    const run = await begin('a: { trigger: { include: child.yml, strategy: mirror } }', {
      'child.yml': 'inner: { script: x }',
    })
    await cancel((await childOf(run, 'a')).id)
    const after = await platform.untilRun(run.id, ended)
    expect(jobOf(after, 'a')).toMatchObject({ state: 'canceled', stateReason: { en: 'its child was canceled' } })
  })

  test('a newer commit ends an older run with its children, and no child by itself', async () => {
    const run = await begin('a: { interruptible: true, trigger: { include: child.yml, strategy: depend } }', {
      'child.yml': 'inner: { script: x, interruptible: true }',
    })
    const child = await childOf(run, 'a')
    const newer = await push(run.project)
    expect(await platform.untilRun(child.id, ended)).toMatchObject({ status: 'canceled' })
    expect(await platform.untilRun(run.id, ended)).toMatchObject({ status: 'canceled' })
    const kinds = (await platform.getRun(child.id)).log.map(({ kind }) => kind)
    expect(kinds).toContain('run.cancel-requested')
    expect(kinds).not.toContain('run.outdated')
    await childOf(newer, 'a')
    await finish('inner')
    expect(await platform.untilRun(newer.id, ended)).toMatchObject({ status: 'success' })
  })

  test('a child that waits for a person says so above, goes on when one starts its job, and opens again', async () => {
    const run = await begin('a: { trigger: { include: child.yml, strategy: mirror } }', {
      'child.yml': `
        held: { script: x, when: manual, allow_failure: false }
        more: { script: x, when: manual, stage: deploy }`,
    })
    const child = await childOf(run, 'a')
    const waits = await platform.untilRun(run.id, (view) => jobOf(view, 'a').stateReason.en !== '')
    expect(jobOf(waits, 'a')).toMatchObject({ state: 'running', stateReason: { en: 'its child waits for a person' } })
    const play = (job: string) => platform.call(routes.playJob, { parameters: { run: child.id, job } })
    await play('held')
    await platform.untilRun(run.id, (view) => jobOf(view, 'a').stateReason.en === '')
    await finish('held')
    expect(await platform.untilRun(run.id, ended)).toMatchObject({ status: 'success' })
    await play('more')
    expect(await platform.getRun(child.id)).toMatchObject({ status: 'running' })
    await finish('more')
    expect(await platform.untilRun(child.id, ended)).toMatchObject({ status: 'success' })
  })

  test('a child is begun and told of once, by whichever server there is', async () => {
    const run = await begin('a: { trigger: { include: child.yml, strategy: depend } }', {
      'child.yml': 'inner: { script: x }',
    })
    await platform.restart()
    const child = await childOf(run, 'a')
    const inner = await take('inner')
    await runner.finish(inner, 'success')
    await platform.restart()
    const after = await platform.untilRun(run.id, ended)
    expect(after.status).toBe('success')
    const kinds = after.log.map(({ kind }) => kind).filter((kind) => kind.startsWith('child.'))
    expect([kinds, child.number]).toEqual([['child.begun', 'child.ended'], run.number + 1])
  })

  describe('what a child hands in', () => {
    const trigger = 'down: { stage: test, trigger: { include: child.yml, strategy: depend } }\n'
    const pipeline = `${bareFiles['.gitlab-ci.yml']}${trigger}`
    /** A job that has the name of the policy's witness, and GitLab's own report beside it. */
    const child = { 'child.yml': 'unit-test: { script: x, artifacts: { reports: { junit: junit.xml } } }' }

    /** Works on a run to its end; `reports`: those of the parent's witness. */
    async function judged(run: RunView, reports: Record<string, string>): Promise<RunView> {
      const stop = new AbortController()
      const working = runner.work((job) => {
        if (job.job_info.name === 'package') return { files: releaseFiles({ version: 'x' }) }
        const isParents = variable(job, 'CI_PIPELINE_ID') === run.id
        return { reports: isParents ? reports : { junit: junit(0), tests: junit(0) } }
      }, stop.signal)
      const after = await platform.untilRun(run.id, ended)
      stop.abort()
      await working
      return after
    }

    test('satisfies no gate of its parent, is no evidence of the policy, and brings no policy in force', async () => {
      const files = { ...bareFiles, '.gitlab-ci.yml': pipeline, ...child }
      const first = await judged(await begin(pipeline, files), { tests: junit(0) })
      expect(first).toMatchObject({ status: 'success', gates: [{ state: 'open' }] })

      const lower = bareFiles['sluice.yml']?.replace('tests.failed == 0', 'tests.failed >= 0') ?? ''
      const run = await judged(await push(first.project, { 'sluice.yml': lower }), {})
      expect(run).toMatchObject({ status: 'failed', evidence: [] })
      expect(run.gates[0]?.verdict?.clauses).toMatchObject([{ state: 'missing', evidence: [] }])
      const below = await childOf(run, 'down')
      expect(below).toMatchObject({ status: 'success', gates: [], release: null, deployments: [] })
      expect(below.evidence.map(({ name, job }) => [name, job])).toEqual([['junit', 'unit-test']])

      const next = await judged(await push(first.project), { tests: junit(0) })
      expect(next.policy.commit).toBe(first.commit)
    })

    test('is not waited for by a policy: a job that begins a child is no witness, and makes no release', async () => {
      const policy = bareFiles['sluice.yml']
        ?.replace('job: unit-test', 'job: down')
        .replace('job: package', 'job: down')
      await expect(
        begin(pipeline, { ...bareFiles, '.gitlab-ci.yml': pipeline, ...child, 'sluice.yml': policy ?? '' }),
      ).rejects.toMatchObject({
        code: 'POLICY_MISTAKES',
        message: expect.stringMatching(
          /report "tests" of job "down", which begins another pipeline and hands nothing in; sluice\.yml wants the release of job "down", which begins/,
        ) as string,
      })
    })
  })

  test('a child finds the caches of its parent and of the same child of good runs, and saves to its own', async () => {
    const cached = 'cache: { key: k, paths: [c] }'
    const pipeline = `a: { script: x, ${cached} }\ndown: { stage: test, trigger: { include: child.yml, strategy: depend } }`
    const files = { 'child.yml': `inner: { script: x, ${cached} }` }
    const keysOf = async (run: RunView): Promise<string[][]> => {
      await finish('a')
      await childOf(run, 'down')
      const inner = await take('inner')
      await runner.finish(inner, 'success')
      await platform.untilRun(run.id, ended)
      return (inner.cache ?? []).map(({ key, fallback_keys: others }) => [key, ...(others ?? [])])
    }
    const run = await begin(pipeline, files)
    const { number } = run
    const [first = []] = await keysOf(run)
    expect(first).toEqual([expect.stringMatching(new RegExp(`^k-r${number}-[0-9a-f]{16}$`)), `k-r${number}`])
    const end = first[0]?.replace(`k-r${number}`, '') ?? ''
    const next = await push(run.project)
    expect(await keysOf(next)).toEqual([
      [`k-r${next.number}${end}`, `k-r${next.number}`, `k-r${number}${end}`, `k-r${number}`],
    ])
  })
})
