/** The first delivery once more, as somebody who is not root: other isolation, the same outcome. */
import { execFile } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { formatDuration } from '@sluice/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkout, sluice, type Caller } from './harness/command.ts'
import { locksIn, processesOf } from './harness/leftovers.ts'
import { startPlatform, type Platform } from './harness/platform.ts'
import { hostileJobCases } from './hostile/hostile-job.cases.ts'

/** `www-data`: an account that every Debian has (base-passwd), for PostgreSQL wants one that has a name. */
const uid = 33
const isRoot = process.getuid?.() === 0
const run = promisify(execFile)
const title = isRoot ? 'an ordinary user' : 'an ordinary user (skipped: these tests run as one already)'

describe.skipIf(!isRoot)(title, () => {
  let home = ''
  let data = ''
  let caller: Caller
  let platform: Platform | null = null

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'sluice-du-'))
    await chmod(home, 0o700)
    data = join(home, 'data')
    const copy = join(home, 'checkout')
    await mkdir(copy)
    await copyCheckout(copy)
    await run('chown', ['-R', `${uid}:${uid}`, home])
    caller = { checkout: copy, as: { uid, home } }
  })

  afterAll(async () => {
    await sluice(['down', '--data', data], caller).ended
    await rm(home, { recursive: true, force: true })
  })

  test('delivers the card with --exit, and leaves nothing behind', async () => {
    const startedMs = performance.now()
    const command = sluice(['up', '--exit', '--port', '0', '--data', data], caller)
    const status = await command.ended
    process.stdout.write(`First delivery as an ordinary user: ${formatDuration(performance.now() - startedMs)}\n`)
    expect(status, command.lines.slice(-12).join('\n')).toBe(0)
    expect(command.output).toMatch(/^Delivered ".*" \(/m)
    expect(command.output).not.toContain('unisolated')
    expect(await processesOf(data)).toEqual([])
    expect(await locksIn(data)).toEqual([])
  })

  describe('a hostile job', () => {
    hostileJobCases('user', async () => {
      platform ??= await startPlatform(data, { caller })
      const scratch = join(home, 'projects')
      await mkdir(scratch)
      await chown(scratch, uid, uid)
      return { platform, scratch, owner: uid }
    })
  })

  test('Ctrl-C stops it all', async () => {
    expect(await platform?.up.interrupt()).toBe(0)
    expect(await processesOf(data)).toEqual([])
  })

  test('passes the tests of what depends on rights, too', async () => {
    const bin = join(home, 'checkout', 'node_modules', '.bin')
    const rights = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups', '--']
    // Of the command line what reaches beyond its process; `up` and `down` were tried above, with the real parts.
    const ofCli = [
      'commands/run',
      'commands/compile',
      'console-build',
      'includes',
      'main',
      'platform',
      'processes',
      'run',
    ]
    const paths = [
      'adapters',
      'apps/runner',
      'apps/router',
      'apps/server',
      ...ofCli.map((path) => `apps/cli/src/${path}`),
    ]
    const vitest = [join(bin, 'vitest'), 'run', ...paths]
    const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: home, NO_COLOR: '1' }
    const options = { cwd: join(home, 'checkout'), env, maxBuffer: 64 * 1024 * 1024, timeout: 400_000 }
    const told = await run('setpriv', [...rights, ...vitest], options).catch(
      (error: { stdout: string; stderr: string }) => error,
    )
    // Which tests failed, vitest tells on the other one.
    const end = `${told.stdout}\n${told.stderr}`.split('\n').filter((line) => /Test Files|Tests |FAIL|Error/.test(line))
    process.stdout.write(`As an ordinary user:\n${end.join('\n')}\n`)
    expect(end.join('\n')).toMatch(/Tests .*\d{3} passed/)
    expect(end.join('\n')).not.toMatch(/failed|FAIL/)
  })
})

/** Everything but what git and the platform keep for themselves. */
async function copyCheckout(to: string): Promise<void> {
  const { stdout } = await run('find', [checkout, '-mindepth', '1', '-maxdepth', '1', '-printf', '%f\n'])
  const names = stdout.split('\n').filter((name) => !['', '.git', '.sluice'].includes(name))
  await run('cp', ['-a', '--reflink=auto', ...names.map((name) => join(checkout, name)), to])
}
