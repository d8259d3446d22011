import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findPostmaster } from '@sluice/postgres-embedded'
import { describe, expect, onTestFinished, test } from 'vitest'
import { scratchFolder, writeFiles } from '../../testing/scratch.ts'
import { inputsDigest } from '../console-build/build-console.ts'
import { settingsOf } from '../platform/settings.ts'
import { isAnythingRunning, killPlatform, stopPlatform } from '../platform/stop-platform.ts'
import { lockHolder } from '../processes/supervisor-lock.ts'
import { ProcessRecords } from '../processes/process-records.ts'

const testing = join(import.meta.dirname, '../../testing')

interface Place {
  data: string
  checkout: string
  /** `undefined`: the embedded PostgreSQL. */
  databaseUrl: string | undefined
}

/** A checkout whose server, router and runner are small programs of these tests. */
async function place(databaseUrl: string | undefined = 'postgresql://of-somebody'): Promise<Place> {
  const folder = scratchFolder()
  const checkout = join(folder, 'checkout')
  for (const part of ['server', 'router', 'runner']) {
    const script = `process.argv.splice(2, 0, '${part}')\nawait import('${testing}/fake-part.ts')\n`
    writeFiles(checkout, { [`apps/${part}/src/main.ts`]: script })
  }
  writeFiles(checkout, { 'package.json': '{"type":"module"}', 'apps/console/index.html': '' })
  writeFiles(checkout, { 'apps/console/dist/.inputs-digest': await inputsDigest(checkout) })
  const data = join(folder, 'data')
  onTestFinished(async () => {
    const settings = await settingsOf({ data, checkout })
    if (await isAnythingRunning(settings)) await killPlatform(settings)
  })
  return { data, checkout, databaseUrl }
}

class Command {
  readonly child: ChildProcess
  readonly lines: string[] = []
  readonly ended: Promise<number | null>
  /** Also when its output was closed. */
  readonly exited: Promise<number | null>
  #waiting: { text: string; done: () => void }[] = []

  constructor(name: 'up' | 'down', at: Place, options: Record<string, unknown> = {}) {
    const { DATABASE_URL: _own, ...env } = process.env
    const all = { port: 0, deliver: true, data: at.data, checkout: at.checkout, ...options }
    this.child = spawn(process.execPath, [join(testing, 'run-command.ts'), name, JSON.stringify(all)], {
      env: { ...env, ...(at.databaseUrl === undefined ? {} : { DATABASE_URL: at.databaseUrl }) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    onTestFinished(() => void this.child.kill('SIGKILL'))
    this.exited = once(this.child, 'exit').then(([status]) => status as number | null)
    this.ended = once(this.child, 'close').then(([status]) => status as number | null)
    for (const stream of [this.child.stdout, this.child.stderr])
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#take(line))
  }

  /** Waits until it has written a line with this text, or ended. */
  async says(text: string): Promise<void> {
    if (this.lines.some((line) => line.includes(text))) return
    const said = new Promise<void>((resolve) => this.#waiting.push({ text, done: resolve }))
    await Promise.race([said, this.ended])
    expect(this.lines.join('\n')).toContain(text)
  }

  #take(line: string): void {
    this.lines.push(line)
    for (const { text, done } of this.#waiting) if (line.includes(text)) done()
  }
}

function storyOf(at: Place): string[] {
  return readFileSync(join(at.data, 'story.txt'), 'utf8').trim().split('\n')
}

async function isIdle(at: Place): Promise<boolean> {
  return !(await isAnythingRunning(await settingsOf({ data: at.data, checkout: at.checkout })))
}

/** A deployed service, as the server's target records it. @returns its end: the signal */
function deployService(at: Place): Promise<string | null> {
  const env = { SLUICE_TARGET_MARKER: `${join(at.data, 'target')}#instance#i1` }
  const child = spawn('/bin/sh', ['-c', 'read line'], { detached: true, env, stdio: ['pipe', 'ignore', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'close').then(([, signal]) => signal as string | null)
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
  const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  const instance = { version: 1, instanceId: 'i1', role: 'stable', releaseDigest: 'sha256:0', port: 1 }
  const record = { ...instance, process: { pid: child.pid, startTicks } }
  writeFiles(at.data, { 'target/instances/i1.json': JSON.stringify(record) })
  return ended
}

async function pidOf(at: Place, part: string): Promise<number | undefined> {
  return (await new ProcessRecords(join(at.data, 'run')).findRunning(part))?.pid
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve))
}

describe('sluice up', { timeout: 60_000 }, () => {
  test('delivers, says where it runs, and with --exit leaves nothing behind', async () => {
    const at = await place()
    const command = new Command('up', at, { exit: true })
    expect(await command.ended).toBe(0)
    expect(command.lines.join('\n')).toMatch(/✔ test · unit-test: 2\.0 s[^]*Delivered "A change"[^]*production/)
    expect(storyOf(at)).toEqual([
      'router starts',
      'server starts',
      'runner is registered',
      'runner starts',
      'runner ends',
      'server stops {"services":true}',
      'server ends',
      'router ends',
    ])
    expect(await isIdle(at)).toBe(true)
    expect(readdirSync(join(at.data, 'run')).filter((name) => name.endsWith('.json'))).toEqual([])
  })

  test.each([
    [
      'serves',
      ['healthy'],
      0,
      'Production runs the newest change already, release 1.0.0: there was nothing to deliver.',
    ],
    [
      'is started again',
      ['unhealthy', 'unhealthy', 'healthy'],
      0,
      'Production runs the newest change already, release 1.0.0: there was nothing to deliver.',
    ],
    [
      'serves nothing',
      ['unhealthy'],
      1,
      expect.stringMatching(
        /^Not delivered: environment "production" serves nothing, .*the reason is in \/.*server\.log$/,
      ),
    ],
  ])(
    'with nothing to deliver and --exit tells by its status whether production %s',
    async (_, production, status, head) => {
      const at = await place()
      mkdirSync(at.data, { mode: 0o700 })
      writeFiles(at.data, { 'fake.json': JSON.stringify({ isDelivered: true, production }) })
      const command = new Command('up', at, { exit: true, servingTimeoutMs: status === 0 ? 30_000 : 1 })
      expect(await command.ended).toBe(status)
      expect(command.lines.filter((line) => /^(Production runs|Not delivered)/.test(line))).toEqual([head])
      expect(await isIdle(at)).toBe(true)
    },
  )

  test('with --exit ends with status 1 when a part cannot be started again, and stops all', async () => {
    const at = await place()
    mkdirSync(at.data, { mode: 0o700 })
    writeFiles(at.data, { 'fake.json': JSON.stringify({ isEndless: true }) })
    const command = new Command('up', at, { exit: true, giveUpAfterMs: 1 })
    await command.says('✔ runner')
    await command.says('test · unit-test')
    const service = deployService(at)
    writeFiles(at.checkout, { 'apps/server/src/main.ts': "console.error('Cannot x: y [SERVER_X]');process.exit(3)" })
    process.kill((await pidOf(at, 'server')) ?? 0, 'SIGKILL')
    expect(await command.ended).toBe(1)
    expect(command.lines.join('\n')).toMatch(
      /^sluice: Cannot start the server: Cannot x: y \[SERVER_X\].*\[CLI_PART_FAILED\]$/m,
    )
    expect(await service).toBe('SIGKILL')
    expect(await isIdle(at)).toBe(true)
  })

  test('stays up, and at Ctrl-C says what it stops and stops all of it, PostgreSQL too', async () => {
    const at = { ...(await place()), databaseUrl: undefined }
    const command = new Command('up', at)
    await command.says('Ctrl-C stops everything')
    expect(await findPostmaster(join(at.data, 'postgres'))).not.toBeNull()
    command.child.kill('SIGINT')
    expect(await command.ended).toBe(0)
    const said = command.lines.slice(command.lines.findIndex((line) => line.startsWith('SIGINT')))
    expect(said).toEqual([
      'SIGINT: stopping',
      'Stopping the runner',
      'Stopping the deployed services and the server',
      'Stopping the router',
      'Stopping PostgreSQL',
    ])
    expect(await isIdle(at)).toBe(true)
    expect(existsSync(join(at.data, 'postgres', 'postmaster.pid'))).toBe(false)
    expect(existsSync(join(at.data, 'run', 'supervisor.json'))).toBe(false)
  })

  test.each(['SIGINT with it', 'no signal'])('stops everything when its output is closed, %s', async (kind) => {
    const at = await place()
    const command = new Command('up', at)
    await command.says('Ctrl-C stops everything')
    command.child.stdout?.destroy()
    command.child.stderr?.destroy()
    // As the terminal does to all of `up | tee log`; else the next line that is written finds out.
    if (kind === 'no signal') process.kill((await pidOf(at, 'router')) ?? 0, 'SIGKILL')
    else command.child.kill('SIGINT')
    await command.exited
    expect(await isIdle(at)).toBe(true)
    expect(readdirSync(join(at.data, 'run')).filter((name) => name.endsWith('.json'))).toEqual([])
  })

  test('a signal while it starts is what it tells, not the part that the signal ended', async () => {
    const at = await place()
    const hangs = "process.on('SIGTERM',()=>process.exit(1));setInterval(()=>{},1e6)"
    writeFiles(at.checkout, { 'apps/router/src/main.ts': hangs })
    const command = new Command('up', at)
    await command.says('… router')
    await until(async () => (await pidOf(at, 'router')) !== undefined)
    command.child.kill('SIGHUP')
    await command.says('SIGHUP: stopping')
    process.kill((await pidOf(at, 'router')) ?? 0, 'SIGKILL')
    expect(await command.ended).toBe(1)
    expect(command.lines.join('\n')).not.toContain('Cannot start')
    expect(await isIdle(at)).toBe(true)
  })

  test('is the only one on its data folder', async () => {
    const at = await place()
    const first = new Command('up', at)
    await first.says('Ctrl-C stops everything')
    const second = new Command('up', at)
    expect(await second.ended).toBe(3)
    expect(second.lines.join('\n')).toContain(`process ${first.child.pid} `)
    expect(await pidOf(at, 'server')).toBeDefined()
  })

  test('starts the server again when it dies', async () => {
    const at = await place()
    const command = new Command('up', at)
    await command.says('Ctrl-C stops everything')
    const before = await pidOf(at, 'server')
    process.kill(before ?? 0, 'SIGKILL')
    await command.says('The server died; it is started again')
    await command.says('The server runs again')
    expect(await pidOf(at, 'server')).not.toBe(before)
  })

  test('starts PostgreSQL again when it dies', async () => {
    const at = { ...(await place()), databaseUrl: undefined }
    const command = new Command('up', at)
    await command.says('Ctrl-C stops everything')
    const before = await findPostmaster(join(at.data, 'postgres'))
    process.kill(before ?? 0, 'SIGQUIT')
    await command.says('PostgreSQL died; it is started again')
    await command.says('PostgreSQL runs again')
    const after = await findPostmaster(join(at.data, 'postgres'))
    expect(after).not.toBeNull()
    expect(after).not.toBe(before)
    command.child.kill('SIGTERM')
    expect(await command.ended).toBe(0)
    expect(await isIdle(at)).toBe(true)
  })

  test.each([
    ['keeps the token of its runner while the server knows it', 'a-token-of-a-runner', false],
    ['registers its runner anew when the server does not know the kept token', 'a-token-of-another-database', true],
  ])('%s', async (_, token, isRegistered) => {
    const at = await place()
    writeFiles(at.data, { 'runner.json': JSON.stringify({ token }), 'keys/signer.pem': '' })
    expect(await new Command('up', at, { exit: true }).ended).toBe(0)
    expect(storyOf(at).includes('runner is registered')).toBe(isRegistered)
    expect(JSON.parse(readFileSync(join(at.data, 'runner.json'), 'utf8'))).toMatchObject({
      token: 'a-token-of-a-runner',
    })
  })

  test('after kill -9 adopts what lives, starts what does not, and owns both', async () => {
    const at = await place()
    const first = new Command('up', at)
    await first.says('Ctrl-C stops everything')
    const [router, runner] = [await pidOf(at, 'router'), await pidOf(at, 'runner')]
    first.child.kill('SIGKILL')
    await first.ended
    process.kill(runner ?? 0, 'SIGKILL')
    const second = new Command('up', at)
    await second.says('Ctrl-C stops everything')
    expect(second.lines.join('\n')).toContain(`router: found running, process ${router}`)
    expect(await pidOf(at, 'runner')).not.toBe(runner)
    second.child.kill('SIGTERM')
    expect(await second.ended).toBe(0)
    expect(await isIdle(at)).toBe(true)
  })

  test('with --detach leaves all up; a second one uses it; down stops it', async () => {
    const at = await place()
    const first = new Command('up', at, { detach: true })
    expect(await first.ended).toBe(0)
    expect(first.lines.at(-1)).toBe('The platform stays up. Stop it with "./sluice down".')
    const server = await pidOf(at, 'server')
    const second = new Command('up', at, { exit: true })
    expect(await second.ended).toBe(0)
    expect(second.lines[0]).toContain('runs already')
    expect(await pidOf(at, 'server')).toBe(server)
    expect(await new Command('down', at).ended).toBe(0)
    expect(await isIdle(at)).toBe(true)
  })

  test('a port asked of what runs already is told to have no effect, and how to have it', async () => {
    const at = await place()
    const first = new Command('up', at, { detach: true })
    await first.ended
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(first.lines.join('\n'))?.[0]
    const second = new Command('up', at, { exit: true, port: 7 })
    expect(await second.ended).toBe(0)
    expect(second.lines).toContain(
      `The console stays at ${url}; to have it on port 7, stop the platform with "./sluice down" first.`,
    )
  })

  test('down stops a running up', async () => {
    const at = await place()
    const command = new Command('up', at)
    await command.says('Ctrl-C stops everything')
    const stop = new Command('down', at)
    expect(await stop.ended).toBe(0)
    expect(stop.lines.at(-1)).toBe('Stopped.')
    expect(await command.ended).toBe(0)
    expect(await isIdle(at)).toBe(true)
  })

  test('down lets a dead server stop its services before it goes', async () => {
    const at = await place()
    await new Command('up', at, { detach: true }).ended
    void deployService(at)
    process.kill((await pidOf(at, 'server')) ?? 0, 'SIGKILL')
    expect(await new Command('down', at).ended).toBe(0)
    expect(storyOf(at)).toContain('server stops {"services":true}')
  })

  test('down kills the services of a dead server that cannot be started again', async () => {
    const at = await place()
    await new Command('up', at, { detach: true }).ended
    const ended = deployService(at)
    process.kill((await pidOf(at, 'server')) ?? 0, 'SIGKILL')
    writeFiles(at.checkout, { 'apps/server/src/main.ts': "console.error('Cannot x');process.exit(2)" })
    const command = new Command('down', at)
    expect(await command.ended).toBe(0)
    expect(command.lines).toContain('The deployed services that were left were killed: 1')
    expect(await ended).toBe('SIGKILL')
    expect(await isIdle(at)).toBe(true)
  })

  test('down does not start a dead server again that deployed nothing', async () => {
    const at = await place()
    await new Command('up', at, { detach: true }).ended
    process.kill((await pidOf(at, 'server')) ?? 0, 'SIGKILL')
    expect(await new Command('down', at).ended).toBe(0)
    expect(existsSync((await settingsOf(at)).serverSocket)).toBe(false)
    expect(storyOf(at).filter((line) => line.startsWith('server'))).toEqual(['server starts'])
    expect(await isIdle(at)).toBe(true)
  })

  test('a part that cannot start is told in one line, and the others are stopped', async () => {
    const at = await place()
    writeFiles(at.checkout, {
      'apps/runner/src/main.ts': "console.error('Cannot x: y [RUNNER_CONFIG]');process.exit(2)",
    })
    const command = new Command('up', at)
    expect(await command.ended).toBe(3)
    expect(command.lines.join('\n')).toContain('sluice: Cannot start the runner: Cannot x: y [RUNNER_CONFIG]')
    expect(await isIdle(at)).toBe(true)
  })

  test.each([
    ['no URL', 'garbage', /^sluice: Cannot use DATABASE_URL: .*\[CLI_DATABASE_URL\]$/m],
    [
      'one of nobody',
      'postgresql://a:secret@nowhere/b',
      /^sluice: Cannot use the PostgreSQL of DATABASE_URL: Cannot open the database: getaddrinfo .*\[CLI_DATABASE_URL\]$/m,
    ],
  ])('a DATABASE_URL that is %s is named', async (_, databaseUrl, sentence) => {
    const at = await place(databaseUrl)
    const words = 'server: Cannot open the database: getaddrinfo ENOTFOUND nowhere [STORE_UNREACHABLE]'
    writeFiles(at.checkout, { 'apps/server/src/main.ts': `console.error('${words}');process.exit(3)` })
    const command = new Command('up', at)
    expect(await command.ended).toBe(3)
    expect(command.lines.join('\n')).toMatch(sentence)
    expect(command.lines.join('\n')).not.toContain('secret')
  })

  test('a busy port of an environment gets one sentence, and nothing starts', async () => {
    const at = await place()
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void holder.close())
    const { port } = holder.address() as AddressInfo
    mkdirSync(at.data, { mode: 0o700 })
    writeFiles(at.data, { 'router-table.json': JSON.stringify({ version: 1, sites: [{ name: 'a', port }] }) })
    const command = new Command('up', at)
    expect(await command.ended).toBe(3)
    expect(command.lines.join('\n')).toMatch(
      new RegExp(
        `Cannot use port ${port} for the URL of an environment: process .*; the URL is fixed .*end that process`,
      ),
    )
    expect(command.lines.join('\n')).not.toContain('--port')
    expect(await isIdle(at)).toBe(true)
  })

  test.each([
    ['its database', 'postgres', 'folder "postgres"'],
    ['its key', 'keys', '"keys/signer.pem"'],
  ])('a folder that lost %s is refused, and not filled anew', async (_, name, named) => {
    const at = { ...(await place()), databaseUrl: undefined }
    expect(await new Command('up', at, { exit: true }).ended).toBe(0)
    rmSync(join(at.data, name), { recursive: true })
    const command = new Command('up', at, { exit: true })
    expect(await command.ended).toBe(3)
    expect(command.lines.filter((line) => line.startsWith('sluice:'))).toEqual([
      expect.stringMatching(new RegExp(`^sluice: Cannot use data folder ".*": ${named}.*restore it.*CLI_DATA_DAMAGED`)),
    ])
    expect(existsSync(join(at.data, name))).toBe(false)
    expect(await isIdle(at)).toBe(true)
  })

  test('down on a copy of a running data folder leaves the original alone', async () => {
    const at = { ...(await place()), databaseUrl: undefined }
    const first = new Command('up', at)
    await first.says('Ctrl-C stops everything')
    const service = deployService(at)
    const before = [await pidOf(at, 'server'), await findPostmaster(join(at.data, 'postgres'))]
    const copy = { ...at, data: `${at.data}-copy` }
    cpSync(at.data, copy.data, { recursive: true, filter: (path) => !path.endsWith('.sock') && !path.includes('/pg/') })
    expect(await new Command('down', copy).ended).toBe(0)
    expect([await pidOf(at, 'server'), await findPostmaster(join(at.data, 'postgres'))]).toEqual(before)
    expect(await lockHolder(join(at.data, 'run', 'supervisor.json'))).not.toBeNull()
    first.child.kill('SIGINT')
    expect(await first.ended).toBe(0)
    expect(await service).toBe('SIGKILL')
  })

  test('one that fails leaves a detached platform up', async () => {
    const at = await place()
    expect(await new Command('up', at, { detach: true }).ended).toBe(0)
    writeFiles(at.checkout, { 'apps/console/dist/.inputs-digest': 'other', 'apps/console/index.html': 'changed' })
    const server = await pidOf(at, 'server')
    const failing = new Command('up', at)
    expect(await failing.ended).toBe(3)
    expect(failing.lines.join('\n')).toContain('[CLI_MODULES_MISSING]')
    expect(await pidOf(at, 'server')).toBe(server)
  })

  test('a runner whose server was started again at another port is told so, and lives on with its jobs', async () => {
    const at = await place()
    const first = new Command('up', at)
    await first.says('Ctrl-C stops everything')
    const [server, runner] = [await pidOf(at, 'server'), await pidOf(at, 'runner')]
    first.child.kill('SIGKILL')
    await first.ended
    process.kill(server ?? 0, 'SIGKILL')
    const second = new Command('up', at)
    await second.says('Ctrl-C stops everything')
    expect(await pidOf(at, 'runner')).toBe(runner)
    await expect.poll(() => storyOf(at)).toContain('runner reads its settings again')
    const url = readFileSync(join(at.data, 'run', 'server-url'), 'utf8')
    expect(JSON.parse(readFileSync(join(at.data, 'runner.json'), 'utf8'))).toMatchObject({ url })
  })

  test('a second Ctrl-C kills what does not end', async () => {
    const at = await place()
    const stubborn =
      'process.on(\'SIGTERM\',()=>{});setInterval(()=>{},1e6);console.log(\'{"message":"runner is ready"}\')'
    writeFiles(at.checkout, { 'apps/runner/src/main.ts': stubborn })
    const command = new Command('up', at)
    await command.says('Ctrl-C stops everything')
    const service = deployService(at)
    const { serverSocket, routerSocket } = await settingsOf({ data: at.data, checkout: at.checkout })
    writeFileSync(routerSocket, '')
    const run = join(at.data, 'run')
    const marks = [...['supervisor.json', 'mode.json', 'server-url'].map((name) => join(run, name)), serverSocket]
    expect(marks.filter((mark) => !existsSync(mark))).toEqual([])
    command.child.kill('SIGINT')
    await command.says('Stopping the runner')
    command.child.kill('SIGINT')
    expect(await command.ended).toBe(1)
    expect(await service).toBe('SIGKILL')
    expect(await isIdle(at)).toBe(true)
    expect([...marks, routerSocket].filter((mark) => existsSync(mark))).toEqual([])
  })

  test('what stops in good order starts no server anew once everything is being killed', async () => {
    const at = await place()
    expect(await new Command('up', at, { detach: true }).ended).toBe(0)
    const service = deployService(at)
    process.kill((await pidOf(at, 'server')) ?? 0, 'SIGKILL')
    const settings = await settingsOf({ data: at.data, checkout: at.checkout })
    const said: string[] = []
    await stopPlatform(settings, (sentence) => said.push(sentence), AbortSignal.abort())
    expect(said).toEqual(['Stopping the runner'])
    expect(await pidOf(at, 'server')).toBeUndefined()
    await killPlatform(settings)
    expect(await service).toBe('SIGKILL')
    expect(await isIdle(at)).toBe(true)
  })

  test('a second Ctrl-C does not end a platform that was up before', async () => {
    const at = await place()
    expect(await new Command('up', at, { detach: true }).ended).toBe(0)
    const command = new Command('up', at)
    await command.says('runs already')
    command.child.kill('SIGINT')
    command.child.kill('SIGINT')
    expect(await command.ended).not.toBe(3)
    expect(await pidOf(at, 'server')).toBeDefined()
    expect(existsSync(join(at.data, 'run', 'supervisor.json'))).toBe(false)
  })
})
