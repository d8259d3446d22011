import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { IsolatedSpec, Isolation } from '@sluice/execution'
import { isolationCases, type IsolationUnderTest } from '@sluice/execution/testing'
import { afterAll, describe } from 'vitest'
import { detectIsolation, noIsolation } from './index.ts'

const base = mkdtempSync(join(tmpdir(), 'sluice-isolation-'))
afterAll(() => rmSync(base, { recursive: true }))
let count = 0

function underTest(isolation: Isolation): IsolationUnderTest {
  const workspace = { from: join(base, String(count++)), to: '/builds/card' }
  mkdirSync(workspace.from)
  const owner = isolation.owner('job')
  if (owner !== null) chownSync(workspace.from, owner.uid, owner.gid)
  return { isolation, workspace, run: async (spec) => run(isolation, spec) }
}

async function run(isolation: Isolation, spec: IsolatedSpec): Promise<{ code: number | null; output: string }> {
  const { file, args, env, cwd, input } = isolation.command(spec)
  const child = spawn(file, args, { env, cwd, detached: true, stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}

const detected = await detectIsolation()
describe(`detectIsolation(), here "${detected.level}"`, () => isolationCases(async () => underTest(detected)))
describe('noIsolation()', () => isolationCases(async () => underTest(noIsolation())))
