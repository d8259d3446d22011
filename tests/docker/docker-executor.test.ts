import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { PlanImage, PlanService } from '@sluice/contracts/plan'
import type { Executor, JobVariable, StepEnd, WorkspaceRequest } from '@sluice/execution'
import { executorCases } from '@sluice/execution/testing'
import { DockerEngine, openExecutor } from '@sluice/executor-docker'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findEngine, images, makeImages } from '../support/docker-images.ts'
import { openBench, type Bench } from './executor-under-test.ts'

const { socket, missing } = findEngine()
const title = missing === null ? 'the docker executor' : `the docker executor (skipped: ${missing})`

describe.skipIf(missing !== null)(title, { timeout: 120_000 }, () => {
  let bench: Bench
  let executor: Executor
  beforeAll(async () => {
    bench = await openBench(socket ?? '')
    await makeImages(socket ?? '')
    executor = await bench.open({ serviceLimitMs: 5000 })
  }, 120_000)
  afterAll(() => bench?.close())

  describe.each(['plain', 'user'] as const)('as every executor, in image "%s"', (image) => {
    executorCases(async () => ({ executor, image: images[image], ...bench.files }))
  })

  interface Job {
    image?: Partial<PlanImage> | null
    services?: PlanService[]
    variables?: Record<string, string>
    masked?: string
    lines?: string[]
    signal?: AbortSignal
    /** Is told of what the job writes. */
    onText?: (text: string) => void
    by?: Executor
  }
  let ids = 0

  const requestOf = (job: Job, onText: (text: string) => void): WorkspaceRequest => ({
    id: `job-${(ids += 1)}`,
    project: 'card',
    image: job.image === null ? null : { name: images.plain, entrypoint: [], ...job.image },
    services: job.services ?? [],
    readOnlyPaths: [],
    tools: { readOnlyPaths: [], env: { PATH: '/not/in/containers' } },
    variables: Object.entries(job.variables ?? {}).map(([key, value]): JobVariable => ({
      key,
      value,
      masked: value === job.masked,
      file: false,
    })),
    onOutput: (chunk) => onText(Buffer.from(chunk).toString('utf8')),
    signal: job.signal ?? new AbortController().signal,
  })

  /** Runs one job to its end, after which nothing may be left of it. */
  const run = async (job: Job): Promise<{ end: StepEnd; log: string }> => {
    let log = ''
    const onText = (text: string): void => {
      log += text
      job.onText?.(text)
    }
    const workspace = await (job.by ?? executor).prepare(requestOf(job, onText))
    const script = { name: 'script', script: job.lines ?? ['true'], timeoutMs: 60_000 } as const
    const step = { ...script, script: [...script.script], when: 'on_success' as const, allowFailure: false }
    const end = await workspace.start(step, (chunk) => onText(Buffer.from(chunk).toString('utf8'))).ended
    await workspace.remove()
    expect(await bench.left()).toEqual([])
    return { end, log }
  }
  const refused = async (job: Job, code: string, message: RegExp): Promise<void> => {
    await expect(run(job)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string })
    expect(await bench.left()).toEqual([])
    const jobs = join(bench.base, 'jobs')
    expect(existsSync(jobs) ? readdirSync(jobs) : []).toEqual([])
  }

  it('says that its jobs are isolated in containers, where Git is kept from the machine', () => {
    expect(executor.isolationOf({})).toBe(bench.isolation.level === 'none' ? 'none' : 'container')
  })

  it('takes the user of the image, or the one that the job names', async () => {
    expect((await run({ image: { name: images.user }, lines: ['id -u; echo "$BASH"'] })).log).toContain('1234\n')
    const image = { docker: { user: '1234:1234' } }
    expect((await run({ image, lines: ['id -u; echo "home $HOME"; echo "$PATH"'] })).log).toMatch(
      /\n1234\nhome \/home\/app\n(?!\/not)/,
    )
  })

  it('runs the script in bash where the image has one', async () => {
    const lines = ['[[ -n $BASH_VERSION ]] && echo "in bash"']
    expect((await run({ image: { name: images.user }, lines })).log).toContain('\nin bash\n')
  })

  it('runs the entrypoint of the image, which sees the variables', async () => {
    const job = { image: { name: images.entry }, variables: { A_VARIABLE: 'v' }, lines: ['echo "[$FROM_ENTRYPOINT]"'] }
    const { log } = await run(job)
    expect(log).toMatch(/entrypoint ran\n[^]*\n\[v\]\n/)
    expect((await run({ ...job, image: { name: images.entry, entrypoint: [''] } })).log).toContain('\n[]\n')
  })

  it.each([[['/bin/sh', '-c']], [['/entry']], [['']]])('runs the script with the entrypoint %j', async (entrypoint) => {
    const { end, log } = await run({ image: { name: images.entry, entrypoint }, lines: ['echo "it ran"'] })
    expect([end.outcome, log.includes('\nit ran\n')]).toEqual(['success', true])
  })

  it('takes no success of an entrypoint that runs nothing', async () => {
    const { end } = await run({ image: { name: images.deaf }, lines: ['exit 3'] })
    expect(end).toMatchObject({
      outcome: 'system-failure',
      message: expect.stringContaining('entrypoint: [""]') as string,
    })
  })

  it('says that an image has no program that the entrypoint names', async () => {
    const { end } = await run({ image: { entrypoint: ['/nowhere'] } })
    expect(end).toMatchObject({
      outcome: 'system-failure',
      message: expect.stringMatching(/nowhere.*no such file/) as string,
    })
  })

  it('keeps the socket of the engine and devices of the machine out of the container', async () => {
    const lines = ['ls /dev; test ! -e /var/run/docker.sock', 'if mknod /tmp/d c 1 3 2>/dev/null; then exit 9; fi']
    const { end, log } = await run({ lines })
    expect([end.outcome, /\n(?:sda|vda|kmsg|mem)\n/.test(log)]).toEqual(['success', false])
  })

  it('refuses a job without an image, and takes one for all such jobs', async () => {
    await refused({ image: null }, 'EXECUTOR_DOCKER_NO_IMAGE', /it names no image/)
    const by = await bench.open({ defaultImage: images.entry })
    expect((await run({ image: null, by })).log).toContain('entrypoint ran\n')
  })

  it.each([
    [
      { name: 'sluice-test:none', pullPolicy: ['never' as const] },
      'EXECUTOR_DOCKER_IMAGE_MISSING',
      /it is not on this machine/,
    ],
    [{ name: '127.0.0.1:1/none' }, 'EXECUTOR_DOCKER_PULL_FAILED', /"127.0.0.1:1\/none": .*connection refused/],
    [{ pullPolicy: ['always' as const] }, 'EXECUTOR_DOCKER_PULL_FAILED', /"sluice-test:plain"/],
    [{ name: 'sluice-test:$TAG' }, 'EXECUTOR_DOCKER_IMAGE_NAME', /"sluice-test:\$TAG"/],
    [{ name: 'Not/Lower' }, 'EXECUTOR_DOCKER_IMAGE_NAME', /"Not\/Lower": .*lowercase/],
    [
      { pullPolicy: ['never' as const], docker: { platform: 'linux/s390x' } },
      'EXECUTOR_DOCKER_PLATFORM',
      /it is for "linux\/\w+"; wanted one for "linux\/s390x"/,
    ],
  ])('refuses image %j', async (image, code, message) => {
    await refused({ image }, code, message)
  })

  it('tries the next pull policy where one fails', async () => {
    const { end, log } = await run({ image: { pullPolicy: ['always', 'if-not-present'] } })
    expect(end.outcome).toBe('success')
    expect(log).toMatch(/WARNING: Cannot pull image "sluice-test:plain": .*; next pull policy: if-not-present\n/)
  })

  it('gives a job its services by their names, when they take connections', async () => {
    const services = [{ name: images.web, alias: 'web, page' }]
    const lines = ['for name in web page sluice-test; do wget -q -O - http://$name:8080/hello; done']
    const { end, log } = await run({ services, lines })
    expect([end.outcome, log.match(/hello from the service\n/g)?.length]).toEqual(['success', 3])
    expect(log).toContain('Starting service sluice-test:web as web, page, sluice-test ...\n')
    expect(log).not.toContain('WARNING')
  })

  it('gives a service the job’s variables and its own, its command and its entrypoint', async () => {
    const web = { name: images.web, alias: 'web', entrypoint: ['sh', '-c'] }
    const command = ['echo "$OWN $OF_JOB" >/www/said; exec httpd -f -p "$HEALTHCHECK_TCP_PORT" -h /www']
    const variables = [
      { key: 'OWN', value: 'own' },
      { key: 'HEALTHCHECK_TCP_PORT', value: '8081' },
    ]
    const { log } = await run({
      services: [{ ...web, command, variables }],
      variables: { OF_JOB: 'job' },
      lines: ['wget -q -O - http://web:8081/said'],
    })
    expect(log).toContain('\nown job\n')
  })

  it('tells of a service that ends, with the end of its log and without secrets, and begins all the same', async () => {
    const { end, log } = await run({
      services: [{ name: images.broken, alias: 'db' }],
      variables: { SECRET: 's3cr3t-value' },
      masked: 's3cr3t-value',
    })
    expect(end.outcome).toBe('success')
    expect(log).toMatch(
      /WARNING: service sluice-test:broken cannot be used: it ended with exit code 3; [^\n]*\n  cannot start, \[MASKED\]\n/,
    )
  })

  it('tells of a service that takes no connection in time', async () => {
    const { end, log } = await run({ services: [{ name: images.web, alias: 'web', command: ['sleep', '300'] }] })
    expect(end.outcome).toBe('success')
    expect(log).toContain('cannot be used: none of its ports 8080 took a connection within 5 seconds;')
  })

  it('waits for the HEALTHCHECK of a service', async () => {
    const service = { name: images.healthy, alias: 'one' }
    const { log } = await run({ services: [service] })
    expect(log).not.toContain('WARNING')
  })

  it('leaves out a service all of whose names are taken', async () => {
    const service = { name: images.web, alias: null }
    expect((await run({ services: [service, service] })).log).toContain(
      'WARNING: service sluice-test:web is there already',
    )
  })

  it('keeps jobs apart that run at once', async () => {
    const services = [{ name: images.web, alias: 'mine' }]
    const [one, other] = await Promise.all([
      executor.prepare(requestOf({ services }, () => undefined)),
      executor.prepare(requestOf({}, () => undefined)),
    ])
    const lines = ['wget -q -T 2 -O - http://mine:8080/hello || echo "no such host"']
    let log = ''
    const step = { name: 'script', script: lines, timeoutMs: 60_000, when: 'on_success', allowFailure: false } as const
    await other.start(step, (chunk) => void (log += Buffer.from(chunk).toString('utf8'))).ended
    expect(log).toContain('no such host\n')
    await Promise.all([one.remove(), other.remove()])
    expect(await bench.left()).toEqual([])
  })

  it('leaves nothing of a job that is canceled while its services come up', async () => {
    const stop = new AbortController()
    const onText = (text: string): void => {
      if (text.startsWith('Waiting')) stop.abort(new Error('canceled'))
    }
    const services = [{ name: images.web, alias: null, command: ['sleep', '300'] }]
    await expect(run({ services, signal: stop.signal, onText })).rejects.toThrow()
    expect(await bench.left()).toEqual([])
  })

  it('takes away what a killed one left, when it is opened again', async () => {
    const request = requestOf({ services: [{ name: images.web, alias: null }] }, () => undefined)
    const workspace = await executor.prepare(request)
    await workspace.begin(await bench.files.makeTree({ file: 'x' }))
    const begun = Promise.withResolvers<void>()
    const step = { name: 'script', script: ['echo begun; sleep 300'], timeoutMs: 60_000 } as const
    const running = workspace.start(
      { ...step, script: [...step.script], when: 'on_success', allowFailure: false },
      (chunk) => {
        if (Buffer.from(chunk).toString('utf8').includes('begun\n')) begun.resolve()
      },
    )
    await Promise.race([begun.promise, running.ended])
    expect((await bench.left()).length).toBeGreaterThanOrEqual(3)
    await bench.open()
    expect(await bench.left()).toEqual([])
    expect((await running.ended).outcome).not.toBe('success')
    await workspace.remove()
  })

  it('with "auto" runs jobs without images as processes', async () => {
    const processes: Executor = {
      isolationOf: () => 'none',
      prepare: async () => Promise.reject(new Error('a process')),
    }
    const host = processes as never
    const by = await openExecutor({
      kind: 'auto',
      processes,
      host,
      owner: 'nobody',
      clock: { now: () => 0 },
      onUnreachable: () => undefined,
      engine: new DockerEngine(socket ?? ''),
    })
    await expect(by.prepare(requestOf({ image: null }, () => undefined))).rejects.toThrow('a process')
    await expect(by.prepare(requestOf({ image: { name: '' } }, () => undefined))).rejects.toMatchObject({
      code: 'EXECUTOR_DOCKER_IMAGE_NAME',
    })
  })
})

it.each([
  ['docker', 'rejects'],
  ['auto', 'falls back'],
] as const)('openExecutor() for "%s" %s where no engine answers', async (kind, what) => {
  const processes: Executor = { isolationOf: () => 'uid', prepare: async () => Promise.reject(new Error('unused')) }
  const reasons: string[] = []
  const opened = openExecutor({
    kind,
    processes,
    host: processes as never,
    owner: 'nobody',
    clock: { now: () => 0 },
    onUnreachable: (reason) => void reasons.push(reason),
    engine: new DockerEngine('/nowhere/docker.sock'),
  })
  const message = /no Docker engine answers at "unix:\/\/\/nowhere\/docker.sock"/
  if (what === 'rejects') await expect(opened).rejects.toMatchObject({ code: 'EXECUTOR_DOCKER_UNREACHABLE' })
  else expect([await opened, reasons]).toEqual([processes, [expect.stringMatching(message)]])
})
