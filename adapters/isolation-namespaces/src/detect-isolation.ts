import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { IsolatedSpec, Isolation } from '@sluice/execution'
import { readMachineLayout } from './machine-layout.ts'
import { namespaceIsolation } from './namespace-isolation.ts'
import { noIsolation } from './no-isolation.ts'
import { SandboxSpawner } from './sandbox-spawner.ts'

const trialLimitMs = 10_000

/**
 * The strongest isolation that really works here, found by trying it: `uid` as root, else `user-namespace`, else `none`.
 * Takes some 10 ms.
 */
export async function detectIsolation(): Promise<Isolation> {
  if (process.platform !== 'linux') return noIsolation()
  const machine = await readMachineLayout()
  const modes = process.geteuid?.() === 0 ? (['uid', 'user-namespace'] as const) : (['user-namespace'] as const)
  for (const mode of modes) {
    const spawner = new SandboxSpawner(mode, machine)
    if (await starts(spawner)) return namespaceIsolation(mode, machine, spawner)
    const isolation = namespaceIsolation(mode, machine)
    if (await works(isolation)) return isolation
  }
  return noIsolation()
}

const trial: IsolatedSpec = {
  command: ['/bin/sh', '-c', 'exit 42'],
  cwd: '/tmp',
  env: {},
  readOnlyPaths: [],
  writablePaths: [],
  network: true,
  user: 'job',
}

const hasTools = (): boolean =>
  standardTools.every((tool) => existsSync(`/usr/bin/${tool}`) || existsSync(`/bin/${tool}`))

/** Both ways make the same sandbox, so the tools of the longer one must be there, too: parts of the platform take it. */
async function starts(spawner: SandboxSpawner): Promise<boolean> {
  if (!hasTools()) return false
  const limit = setTimeout(() => spawner.kill(), trialLimitMs)
  try {
    const process = await spawner.start(trial)
    process.output.destroy()
    if ((await process.ended).code === 42) return true
  } catch {
    // No Perl, or no right to make namespaces: the longer way will tell.
  } finally {
    clearTimeout(limit)
  }
  spawner.kill()
  return false
}

async function works(isolation: Isolation): Promise<boolean> {
  if (!hasTools()) return false
  const { file, args, env, cwd, input } = isolation.command(trial)
  const child = spawn(file, args, {
    env,
    cwd,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    timeout: trialLimitMs,
    killSignal: 'SIGKILL',
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    return code === 42
  } catch {
    return false
  }
}

const standardTools = ['unshare', 'setpriv', 'mount', 'cat', 'cp']
