import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readConfig } from './config.ts'

async function fileWith(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-router-config-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'router.json'), text, { mode: 0o600 })
  return join(folder, 'router.json')
}

test('flags give the two paths, the rest has defaults', async () => {
  expect(await readConfig(['--control', '/run/r.sock', '--state', '/var/t.json'])).toEqual({
    controlPath: '/run/r.sock',
    statePath: '/var/t.json',
    responseTimeoutMs: 60_000,
    drainMs: 10_000,
  })
})

test('a file gives all of it', async () => {
  const path = await fileWith('{"controlPath":"/c","statePath":"/s","responseTimeoutMs":500,"drainMs":0}')
  expect(await readConfig(['--config', path])).toEqual({
    controlPath: '/c',
    statePath: '/s',
    responseTimeoutMs: 500,
    drainMs: 0,
  })
})

test.each([
  ['no paths', []],
  ['a relative path', ['--control', 'r.sock', '--state', '/var/t.json']],
  ['an unknown flag', ['--port', '80']],
  ['a file that is not there', ['--config', '/nowhere/router.json']],
])('%s is refused with what was wanted', async (_, args) => {
  await expect(readConfig(args)).rejects.toMatchObject({
    code: 'ROUTER_CONFIG_INVALID',
    message: expect.stringContaining('wanted --config FILE, or --control PATH and --state PATH'),
  })
})

test('every fault of a file is named at once', async () => {
  const path = await fileWith('{"controlPath":"c","drainMs":-1,"extra":true}')
  const error = await readConfig(['--config', path]).catch((error: unknown) => error as Error)
  for (const word of ['controlPath', 'statePath', 'drainMs', 'extra']) expect((error as Error).message).toContain(word)
})
