import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseRunnerConfig, readRunnerConfig } from './runner-config.ts'

const settings = { url: 'http://127.0.0.1:7070', token: 'secret-token', name: 'local', folder: '/var/lib/runner' }
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-config-'))
})
afterAll(async () => rm(folder, { recursive: true }))

describe('readRunnerConfig', () => {
  it('reads a file that only its owner may read, with defaults', async () => {
    const path = join(folder, 'runner.json')
    await writeFile(path, JSON.stringify(settings), { mode: 0o600 })
    const config = await readRunnerConfig(path)
    expect(config).toMatchObject({ ...settings, tags: [] })
    expect(config.concurrency).toBeGreaterThan(0)
  })

  it.each([0o644, 0o640, 0o604])('refuses a file of mode %o', async (mode) => {
    const path = join(folder, `open-${mode}.json`)
    await writeFile(path, JSON.stringify(settings))
    await chmod(path, mode)
    await expect(readRunnerConfig(path)).rejects.toThrow('wanted 0600')
  })

  it('says which file is missing', async () => {
    await expect(readRunnerConfig('/missing/x.json')).rejects.toThrow('Cannot read settings "/missing/x.json"')
  })
})

describe('parseRunnerConfig', () => {
  it.each([
    ['no JSON', '{'],
    ['an unknown setting', JSON.stringify({ ...settings, tokn: 'x' })],
    ['an address of another kind', JSON.stringify({ ...settings, url: 'file:///etc' })],
    ['a relative folder', JSON.stringify({ ...settings, folder: 'x' })],
    ['no token', JSON.stringify({ ...settings, token: undefined })],
    ['no job at once', JSON.stringify({ ...settings, concurrency: 0 })],
  ])('refuses %s and shows no token', (_, text) => {
    expect(() => parseRunnerConfig(text, 'runner.json')).toThrow(expect.objectContaining({ code: 'RUNNER_CONFIG' }))
    expect(() => parseRunnerConfig(text, 'runner.json')).not.toThrow('secret-token')
  })
})
