import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { IsolatedCommand, IsolatedProcess, IsolatedSpec, Isolation, Layers, WritablePath } from '@sluice/execution'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readMachineLayout } from './machine-layout.ts'
import { namespaceIsolation } from './namespace-isolation.ts'
import type { SandboxMode } from './sandbox-script.ts'
import { SandboxSpawner } from './sandbox-spawner.ts'

const isRoot = process.geteuid?.() === 0
const programs = mkdtempSync(join(tmpdir(), 'sluice-spawners-'))
chmodSync(programs, 0o755)
afterAll(() => rmSync(programs, { recursive: true }))
/** As root, the ordinary user is played by a number that nobody has. */
const ordinaryUser = isRoot ? 54_321 : null
const machine = await readMachineLayout()

interface Ended {
  code: number | null
  output: string
}

function asUser(user: number | null, { file, args }: Pick<IsolatedCommand, 'file' | 'args'>): [string, string[]] {
  if (user === null) return [file, args]
  return ['setpriv', [`--reuid=${user}`, `--regid=${user}`, '--clear-groups', file, ...args]]
}

function start(isolation: Isolation, user: number | null, spec: IsolatedSpec): ChildProcess {
  const isolated = isolation.command(spec)
  const [file, args] = asUser(user, isolated)
  const child = spawn(file, args, {
    env: isolated.env,
    cwd: isolated.cwd,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(isolated.input)
  return child
}

async function endOf(child: ChildProcess): Promise<Ended> {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}

async function works(mode: SandboxMode, user: number | null): Promise<boolean> {
  const child = start(namespaceIsolation(mode, machine), user, specOf('exit 42'))
  return (await endOf(child)).code === 42
}

function specOf(script: string, more: Partial<IsolatedSpec> = {}): IsolatedSpec {
  const command = ['/bin/bash', '-c', script]
  return { command, cwd: '/tmp', env: {}, readOnlyPaths: [], writablePaths: [], network: true, user: 'job', ...more }
}

/** As a user, when it is not root's own; the program itself then lies where that user can read it. */
function spawnerOf(mode: SandboxMode, user: number | null): SandboxSpawner {
  const [file, args] = asUser(user, { file: 'perl', args: [] })
  return new SandboxSpawner(mode, machine, [file, ...args], user === null ? undefined : readableProgram())
}

function readableProgram(): string {
  const place = join(mkdtempSync(join(programs, 'spawner-')), 'spawner.pl')
  copyFileSync(fileURLToPath(new URL('spawner.pl', import.meta.url)), place)
  for (const path of [place, join(place, '..')]) chmodSync(path, 0o755)
  return place
}

async function endOfSpawned({ output, ended }: IsolatedProcess): Promise<Ended> {
  let text = ''
  for await (const chunk of output) text += String(chunk)
  const { code, fault } = await ended
  return { code, output: fault === '' ? text : `${text}sluice-sandbox: ${fault}` }
}

const possible = {
  uid: isRoot && (await works('uid', null)),
  'user-namespace': await works('user-namespace', ordinaryUser),
}
const ways = (['programs', 'spawner'] as const).flatMap((way) => [
  { way, mode: 'uid' as const, user: null, possible: possible.uid },
  { way, mode: 'user-namespace' as const, user: ordinaryUser, possible: possible['user-namespace'] },
])

describe.each(ways)(
  'a sandbox of level $mode, made by the $way (skipped where the machine cannot make one)',
  ({ way, mode, user, possible }) => {
    const isSpawned = possible && way === 'spawner'
    const spawner = spawnerOf(mode, user)
    const isolation = namespaceIsolation(mode, machine)
    const folder = mkdtempSync(join(tmpdir(), 'sluice-sandbox-'))
    const secrets = join(folder, 'data')
    const workspace = join(folder, 'workspace')
    const own = (path: string, owner: number | null): void =>
      owner === null ? undefined : chownSync(path, owner, owner)
    let socket: Server
    let server: ChildProcess

    beforeAll(async () => {
      for (const path of [secrets, workspace]) mkdirSync(path)
      writeFileSync(join(secrets, 'key.pem'), 'PRIVATE-KEY')
      for (const path of [folder, secrets, join(secrets, 'key.pem')]) own(path, user)
      own(workspace, isolation.owner('job')?.uid ?? user)
      for (const path of [folder, secrets]) chmodSync(path, 0o700)
      socket = createServer().listen(join(secrets, 'pg.sock'))
      await once(socket, 'listening')
      const [file, args] = asUser(user, { file: '/bin/cat', args: [] })
      server = spawn(file, args, {
        env: { PATH: process.env['PATH'], SERVER_SECRET: 'FROM-THE-SERVER' },
        stdio: ['pipe', 'ignore', 'ignore'],
      })
    })
    afterAll(() => {
      server.kill('SIGKILL')
      socket.close()
      // Layers leave a folder that is closed to its owner as well.
      execFileSync('chmod', ['-R', 'u+rwx', folder])
      rmSync(folder, { recursive: true })
    })

    const bound = { from: workspace, to: '/builds/card' }
    const run = async (script: string, more: Partial<IsolatedSpec> = {}): Promise<Ended> =>
      runSpec(specOf(script, { cwd: '/builds/card', writablePaths: [bound], ...more }))
    const runSpec = async (spec: IsolatedSpec): Promise<Ended> =>
      isSpawned ? endOfSpawned(await spawner.start(spec)) : endOf(start(isolation, user, spec))

    it.runIf(possible).each([
      ['read the keys', () => `cat ${secrets}/key.pem`],
      [
        'find the keys by another way',
        () => `cat /builds/card/../../${secrets}/key.pem /proc/1/root${secrets}/key.pem /proc/1/cwd/${secrets}/key.pem`,
      ],
      ['see the folder of the data', () => `[ -e ${folder} ] && echo LEAK; false`],
      ['see the socket of the database', () => `[ -S ${secrets}/pg.sock ] && echo LEAK; false`],
      ['read the environment of the server', () => 'cat /proc/*/environ | grep -q FROM-THE-SERVER && echo LEAK; false'],
      ['see processes outside', () => 'pids=(/proc/[0-9]*); [ ${#pids[@]} -gt 5 ] && echo LEAK; false'],
      ['kill a process outside', () => `kill -9 ${server.pid}`],
      ['end its guard', () => 'kill -9 1; [ -d /proc/1 ] || echo LEAK; false'],
      ['write to programs', () => 'touch /usr/bin/x'],
      ['write to settings', () => 'echo x:x:0:0::/:/bin/sh >>/etc/passwd'],
      ['write to the root', () => 'mkdir /x'],
      ['read passwords', () => 'cat /etc/shadow'],
      ['open home folders', () => 'ls /root || [ "$(ls /home)" = sluice-job ] && false'],
      ['become someone else', () => 'setpriv --reuid=0 true'],
      ['make a settings folder writable again', () => 'unshare -Urm mount -o remount,bind,rw /etc'],
      ['take away what covers a folder', () => 'unshare -Urm umount /etc'],
      ['use a disk', () => 'mknod /tmp/disk b 254 0'],
      ['leave by a link in its workspace', () => `ln -sf ${secrets}/key.pem link; cat link`],
    ])('does not let a job %s', async (_, script) => {
      const { code, output } = await run(script())
      expect(code).not.toBe(0)
      expect(output).not.toMatch(/LEAK|PRIVATE-KEY|FROM-THE-SERVER/)
      expect(server.exitCode).toBeNull()
    })

    it.runIf(possible)('gives a job 1 GiB of shared memory at most', async () => {
      const { output } = await run('df --block-size=1 --output=size /dev/shm | tail -1')
      expect(Number(output)).toBe(1024 ** 3)
    })

    const layered = (): WritablePath & { layers: Layers } => {
      const place = mkdtempSync(join(folder, 'layers-'))
      const [from, below, work] = ['upper', 'below', 'work'].map((name) => join(place, name)) as [
        string,
        string,
        string,
      ]
      for (const path of [from, below, work]) mkdirSync(path)
      for (const name of ['kept', 'changed', 'removed']) writeFileSync(join(below, name), 'below\n')
      for (const path of [place, work]) own(path, user)
      const jobs = isolation.owner('job')?.uid ?? user
      for (const path of [from, below]) own(path, jobs)
      for (const name of ['kept', 'changed', 'removed']) own(join(below, name), jobs)
      return { from, to: '/builds/card', layers: { below: [below], work } }
    }
    const contentOf = (place: string): string[] =>
      readdirSync(place).map((name) => `${name}: ${readFileSync(join(place, name), 'utf8').trim()}`)

    it.runIf(possible)('gives a job files beneath its own that it cannot change', async (context) => {
      const path = layered()
      const script = [
        'cat kept && echo new >>changed && rm removed && echo own >own',
        'unshare -Urm umount /builds/card 2>/dev/null && echo LEAK; unshare -Urm mount -o remount,ro . && echo LEAK; ls',
      ].join('; ')
      const { code, output } = await run(script, { writablePaths: [path] })
      context.skip(code === 125 && output.includes('cannot mount the layers'), 'this kernel or disk has no overlayfs')
      expect(output).toContain('below\n')
      expect(output).toContain('changed\nkept\nown\n')
      expect(output).not.toContain('LEAK')
      expect(contentOf(path.layers.below[0] ?? '')).toEqual(['changed: below', 'kept: below', 'removed: below'])

      const { file, args, env, cwd } = isolation.view?.(path) ?? { file: '', args: [], env: {}, cwd: '/' }
      const [program, words] = asUser(user, { file, args })
      const viewer = spawn(program, words, { env, cwd, stdio: ['pipe', 'pipe', 'inherit'] })
      const ended = once(viewer, 'close')
      await once(viewer.stdout, 'data')
      expect(contentOf(`/proc/${viewer.pid}/cwd`)).toEqual(['changed: below\nnew', 'kept: below', 'own: own'])
      viewer.stdin.end()
      await ended
    })

    it.runIf(possible)('runs without rights and cannot win any', async () => {
      const { output } = await run('grep -E "^(CapEff|CapPrm|CapAmb|NoNewPrivs)" /proc/self/status')
      expect(output.split('\n').map((line) => line.split('\t')[1])).toEqual([
        '0'.repeat(16),
        '0'.repeat(16),
        '0'.repeat(16),
        '1',
        undefined,
      ])
    })

    it.runIf(possible)('has a name, a home and an environment made from nothing', async () => {
      const { output } = await run('id -un; echo ~; cd; touch x; env | grep -v ^_= | sort', {
        env: { ODD: `it's "a"\n$(b)`, LD_PRELOAD: '/builds/card/evil.so', PATH: '/usr/bin:/bin' },
      })
      const lines = output.split('\n').filter((line) => !line.includes('cannot be preloaded'))
      expect(lines).toEqual([
        'sluice-job',
        '/home/sluice-job',
        '$(b)',
        'HOME=/home/sluice-job',
        'LD_PRELOAD=/builds/card/evil.so',
        'LOGNAME=sluice-job',
        `ODD=it's "a"`,
        'OLDPWD=/builds/card',
        'PATH=/usr/bin:/bin',
        'PWD=/home/sluice-job',
        'SHELL=/bin/bash',
        'SHLVL=1',
        'USER=sluice-job',
        '',
      ])
    })

    it.runIf(possible)('shows no value of the environment in an argument', () => {
      const { file, args, env } = isolation.command(specOf('true', { env: { TOKEN: 's3cr3t-token' } }))
      expect(JSON.stringify({ file, args, env })).not.toContain('s3cr3t-token')
    })

    it.runIf(possible)('writes into its workspace as the owner of it', async () => {
      const { code } = await run('echo made >made && [ "$(cat made)" = made ] && [ -O made ]')
      expect(code).toBe(0)
      const owner = Number(execFileSync('stat', ['-c', '%u', join(workspace, 'made')], { encoding: 'utf8' }))
      expect(owner).toBe(isolation.owner('job')?.uid ?? user ?? process.geteuid?.())
    })

    it.runIf(possible)('sees what is bound read-only and cannot change it', async () => {
      const { output } = await run('cat /data/key.pem; touch /data/x 2>/dev/null || echo refused', {
        readOnlyPaths: [{ from: join(secrets, 'key.pem'), to: '/data/key.pem' }],
      })
      expect(output).toContain('refused')
    })

    it.runIf(possible)('keeps a read-only place inside of a writable one', async () => {
      const inner = join(workspace, 'inner')
      mkdirSync(inner, { recursive: true })
      own(inner, isolation.owner('job')?.uid ?? user)
      const { code, output } = await run('touch outer && touch inner/x', {
        readOnlyPaths: [{ from: inner, to: '/builds/card/inner' }],
      })
      expect([code, output]).toEqual([1, expect.stringContaining('Read-only file system')])
    })

    it.runIf(possible)('leaves no daemon: its output ends with the command', async () => {
      const { code, output } = await run(
        'mkfifo up; setsid nohup sh -c "echo up >up; exec cat /dev/zero >/dev/null" & read line <up; echo $line; exit 7',
      )
      expect(code).toBe(7)
      expect(output).toBe('up\n')
    })

    it.runIf(possible && !isSpawned)('dies whole when its outer process is killed', async () => {
      const child = start(isolation, user, specOf('setsid cat /dev/zero >/dev/null & echo ready; wait'))
      await once(child.stdout ?? child, 'data')
      process.kill(-(child.pid ?? 0), 'SIGKILL')
      expect((await endOf(child)).code).toBeNull()
    })

    it.runIf(possible && !isSpawned)('passes SIGTERM of its group to the command', async () => {
      const child = start(
        isolation,
        user,
        specOf('trap "echo stopping; exit 3" TERM; echo ready; cat /dev/zero >/dev/null & wait'),
      )
      await once(child.stdout ?? child, 'data')
      process.kill(-(child.pid ?? 0), 'SIGTERM')
      expect(await endOf(child)).toEqual({ code: 3, output: 'stopping\n' })
    })

    it.runIf(possible)('keeps SIGINT usable inside', async () => {
      expect((await run('sh -c "kill -INT \\$\\$; echo still here"')).output).not.toContain('still here')
    })

    it.runIf(isSpawned)('dies whole when it is killed, and tells so', async () => {
      const sandbox = await spawner.start(specOf('setsid cat /dev/zero >/dev/null & echo ready; wait'))
      await once(sandbox.output as Socket, 'readable')
      sandbox.signal('SIGKILL')
      expect(await endOfSpawned(sandbox)).toEqual({ code: null, output: 'ready\n' })
    })

    it.runIf(isSpawned)('passes a request to stop to the command', async () => {
      const script = 'trap "echo stopping; exit 3" TERM; echo ready; cat /dev/zero >/dev/null & wait'
      const sandbox = await spawner.start(specOf(script))
      await once(sandbox.output as Socket, 'readable')
      sandbox.signal('SIGTERM')
      expect(await endOfSpawned(sandbox)).toEqual({ code: 3, output: 'ready\nstopping\n' })
    })

    it.runIf(isSpawned)('dies with its spawner, which is started again for the next one', async () => {
      const [file, args] = asUser(user, { file: 'perl', args: [] })
      const own = new SandboxSpawner(mode, machine, [file, ...args], user === null ? undefined : readableProgram())
      const sandbox = await own.start(specOf('echo ready; exec cat /dev/zero >/dev/null'))
      await once(sandbox.output as Socket, 'readable')
      process.kill(own.pid ?? 0, 'SIGKILL')
      expect(await endOfSpawned(sandbox)).toMatchObject({ code: null })
      expect(await endOfSpawned(await own.start(specOf('exit 7')))).toMatchObject({ code: 7 })
    })

    it.runIf(isSpawned)('ends everything when it is closed, and begins anew for the next one', async () => {
      const [file, args] = asUser(user, { file: 'perl', args: [] })
      const own = new SandboxSpawner(mode, machine, [file, ...args], user === null ? undefined : readableProgram())
      await own.close()
      const sandbox = await own.start(specOf('echo ready; exec cat /dev/zero >/dev/null'))
      await once(sandbox.output as Socket, 'readable')
      await own.close()
      expect(await endOfSpawned(sandbox)).toMatchObject({ code: null })
      expect(await endOfSpawned(await own.start(specOf('exit 7')))).toMatchObject({ code: 7 })
      await own.close()
    })

    it.runIf(isSpawned)('runs many at once, each with its own output and status', async () => {
      const numbers = Array.from({ length: 30 }, (_, index) => index)
      const ends = await Promise.all(
        numbers.map(async (number) => endOfSpawned(await spawner.start(specOf(`echo ${number}; exit ${number}`)))),
      )
      expect(ends).toEqual(numbers.map((number) => ({ code: number, output: `${number}\n` })))
    })

    it.runIf(isSpawned)('passes on all that is printed, also as fast as it can be, and to a slow reader', async () => {
      const { output, ended } = await spawner.start(specOf('seq 300000 | cat'))
      let text = ''
      for await (const chunk of output) {
        text += String(chunk)
        await new Promise(setImmediate)
      }
      expect((await ended).code).toBe(0)
      expect(text).toBe(Array.from({ length: 300_000 }, (_, index) => `${index + 1}\n`).join(''))
    })

    it.runIf(isSpawned)('gives a job no open file but the three, which can be opened by name', async () => {
      const { output } = await run('cd /proc/self/fd && echo *; echo named >/dev/stderr; echo named >/dev/stdout')
      expect(output).toBe('0 1 2 3\nnamed\nnamed\n')
    })

    it.runIf(possible && !isSpawned).each([
      ['dies', false, ''],
      ['lives on, if asked to,', true, 'survived\n'],
    ])('%s when the one that started it is killed', async (_, surviveParent, expected) => {
      const fifo = join(workspace, `fifo-${surviveParent}`)
      execFileSync('/usr/bin/mkfifo', ['-m', '666', fifo])
      const spec = specOf(`echo ready; read line <fifo-${surviveParent} && echo survived`, {
        cwd: '/builds/card',
        writablePaths: [bound],
        surviveParent,
      })
      const isolated = isolation.command(spec)
      const [file, args] = asUser(user, isolated)
      const starter = `const { spawn } = require('node:child_process')
      const { file, args, env, input } = JSON.parse(process.argv[1])
      const child = spawn(file, args, { env, cwd: '/', detached: true, stdio: ['pipe', 'inherit', 'inherit'] })
      child.stdin.end(input)`
      const parent = spawn(process.execPath, ['-e', starter, JSON.stringify({ ...isolated, file, args })], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      await once(parent.stdout, 'data')
      const exited = once(parent, 'exit')
      const ended = endOf(parent)
      parent.kill('SIGKILL')
      await exited
      if (surviveParent) writeFileSync(fifo, 'go\n')
      expect((await ended).output).toBe(expected)
    })

    it.runIf(possible && !isSpawned)('starts nothing when the environment was cut off', async () => {
      const isolated = isolation.command(specOf('echo started', { env: { A: 'b'.repeat(100) } }))
      const [file, args] = asUser(user, isolated)
      const child = spawn(file, args, { env: isolated.env, cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] })
      child.stdin.end(isolated.input.slice(0, 60))
      expect(await endOf(child)).toMatchObject({ code: 125, output: expect.not.stringContaining('started') as string })
    })

    it.runIf(possible)('says what could not be bound', async () => {
      const { code, output } = await run('true', { readOnlyPaths: [join(folder, 'missing')] })
      expect([code, output]).toEqual([125, expect.stringContaining(`sluice-sandbox: cannot bind ${folder}/missing`)])
    })
  },
)
