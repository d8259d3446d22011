import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fixedClock } from '@sluice/kernel'
import { integrityOf, type FarSource, type IncludeAnswer, type RemoteSource } from '@sluice/pipeline'
import { memoryIncludeSource, textSourceCases } from '@sluice/pipeline/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { freshMs, KeptIncludes } from './kept-includes.ts'

const remote = (more: Partial<RemoteSource> = {}): FarSource => ({
  kind: 'remote',
  key: 'r',
  url: 'https://example.com/a.yml?key=s3cret',
  integrity: null,
  cacheMs: null,
  place: null,
  ...more,
})

/** Kept includes over a source that counts, and that can go away. */
function setUp() {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-kept-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const clock = fixedClock(1_700_000_000_000)
  const state = { asked: 0, answer: null as IncludeAnswer | null }
  const inner = {
    read: (): Promise<IncludeAnswer> => {
      state.asked++
      return Promise.resolve(state.answer ?? { kind: 'text', text: `text ${state.asked}` })
    },
  }
  return { folder, clock, state, includes: new KeptIncludes(inner, folder, clock) }
}

describe('KeptIncludes', () => {
  test.each(textSourceCases)('$name', async ({ files, check }) => {
    const { folder, clock } = setUp()
    const remotes = Object.fromEntries(
      Object.entries(files).map(([path, text]) => [`https://files.test/${path}`, text]),
    )
    const inner = memoryIncludeSource({ remotes, templates: files })
    await expect(check(new KeptIncludes(inner, folder, clock), 'https://files.test/')).resolves.toBeUndefined()
    await expect(check(new KeptIncludes(inner, folder, clock), 'https://files.test/')).resolves.toBeUndefined()
  })

  test('asks again when the time is over, not before', async () => {
    const { clock, includes } = setUp()
    expect(await includes.read(remote())).toEqual({ kind: 'text', text: 'text 1' })
    clock.advance(freshMs - 1)
    expect(await includes.read(remote())).toEqual({ kind: 'text', text: 'text 1' })
    clock.advance(1)
    expect(await includes.read(remote())).toEqual({ kind: 'text', text: 'text 2' })
  })

  test('include:cache sets the time', async () => {
    const { clock, includes, state } = setUp()
    await includes.read(remote())
    clock.advance(freshMs * 5)
    await includes.read(remote({ cacheMs: freshMs * 6 }))
    expect(state.asked).toBe(1)
  })

  test('what matches its integrity is never asked for again, what does not is', async () => {
    const { clock, includes, state } = setUp()
    const pinned = remote({ integrity: integrityOf('text 1') })
    await includes.read(pinned)
    clock.advance(freshMs * 1000)
    await includes.read(pinned)
    expect(state.asked).toBe(1)
    const wrong = remote({ integrity: integrityOf('other') })
    await includes.read(wrong)
    clock.advance(freshMs)
    await includes.read(wrong)
    expect(state.asked).toBe(3)
  })

  test('an older text counts while nobody answers, with a warning; not when the file is gone', async () => {
    const { clock, includes, state } = setUp()
    await includes.read(remote())
    clock.advance(freshMs)
    state.answer = { kind: 'missing', fault: 'away', unreachable: true }
    const warning = 'This include cannot be reached now: it counts as it was at 2023-11-14T22:13:20.000Z'
    expect(await includes.read(remote())).toEqual({ kind: 'text', text: 'text 1', warning })
    state.answer = { kind: 'missing', fault: 'the server answers 404' }
    expect(await includes.read(remote())).toEqual(state.answer)
  })

  test('a damaged file is asked for again, and no name shows the address', async () => {
    const { folder, includes, state } = setUp()
    await includes.read(remote())
    const [name = ''] = readdirSync(folder)
    expect(name).toMatch(/^[0-9a-f]{40}\.json$/)
    expect(readFileSync(join(folder, name), 'utf8')).not.toContain('s3cret')
    writeFileSync(join(folder, name), '{"version":1,"atMs":"x"}')
    await includes.read(remote())
    expect(state.asked).toBe(2)
  })
})
