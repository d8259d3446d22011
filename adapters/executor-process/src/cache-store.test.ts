import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Workspace } from '@sluice/execution'
import { sha256Hex } from '@sluice/kernel'
import { expect, onTestFinished, test } from 'vitest'
import { openCacheStore, type CacheStore } from './cache-store.ts'

const selection = { paths: ['kept'], exclude: [] }

function store(clock = { now: () => Date.UTC(2026, 0, 1) }): { caches: CacheStore; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-caches-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return { caches: openCacheStore(folder, { clock, keepMs: 1000 }), folder }
}

/** A workspace whose only file holds a text; `null`: what was put beneath is as it was. */
function workspace(text: string | null): Workspace & { beneath: string[] } {
  const beneath: string[] = []
  const takeOut: Workspace['takeOut'] = async (_, tree, { base = null }) => {
    if (text === null && base !== null) return 'unchanged'
    mkdirSync(tree)
    writeFileSync(join(tree, 'kept'), text ?? readFileSync(join(beneath[0] ?? '', 'kept')))
    return 'taken'
  }
  const underlay = async (tree: string): Promise<void> => void beneath.push(tree)
  return { beneath, takeOut, underlay } as Workspace & { beneath: string[] }
}

async function read(caches: CacheStore, key: string): Promise<string | null> {
  const reader = workspace(null)
  const lease = await caches.restore(key, reader)
  const text = lease === null ? null : readFileSync(join(reader.beneath[0] ?? '', 'kept'), 'utf8')
  await lease?.release()
  return text
}

const fill = (caches: CacheStore, key: string, text: string) =>
  caches.save(key, selection, workspace(text), { leave: false, restored: null })

/** Restores by one key and saves, unchanged, by another. */
async function share(caches: CacheStore, from: string, to: string): Promise<string> {
  const user = workspace(null)
  const restored = await caches.restore(from, user)
  const outcome = await caches.save(to, selection, user, { leave: false, restored })
  await restored?.release()
  return outcome
}

const versionsOf = (folder: string, key: string): string[] =>
  readdirSync(join(folder, sha256Hex(key))).filter((name) => name !== 'current.json')

test('what was restored by another key and has not changed is shared, not copied', async () => {
  const { caches, folder } = store()
  expect(await fill(caches, 'first', 'a')).toBe('saved')
  expect(await share(caches, 'first', 'second')).toBe('same')
  expect(await share(caches, 'second', 'third')).toBe('same')
  expect([await read(caches, 'second'), await read(caches, 'third')]).toEqual(['a', 'a'])
  expect([versionsOf(folder, 'second'), versionsOf(folder, 'third')]).toEqual([[], []])
})

test('a shared file set stays when the other key saves anew, until no key names it', async () => {
  const { caches, folder } = store()
  await fill(caches, 'first', 'a')
  await share(caches, 'first', 'second')
  await fill(caches, 'first', 'b')
  expect([await read(caches, 'first'), await read(caches, 'second')]).toEqual(['b', 'a'])
  await fill(caches, 'second', 'c')
  await fill(caches, 'first', 'd')
  expect([await read(caches, 'first'), await read(caches, 'second')]).toEqual(['d', 'c'])
  expect([versionsOf(folder, 'first').length, versionsOf(folder, 'second').length]).toEqual([1, 1])
})

test('a save of its own leaves the other key as it is', async () => {
  const { caches } = store()
  await fill(caches, 'first', 'a')
  await share(caches, 'first', 'second')
  await fill(caches, 'second', 'b')
  expect([await read(caches, 'first'), await read(caches, 'second')]).toEqual(['a', 'b'])
})

test('who uses a shared file set keeps it from being forgotten', async () => {
  let now = Date.UTC(2026, 0, 1)
  const { caches, folder } = store({ now: () => now })
  await fill(caches, 'first', 'a')
  await share(caches, 'first', 'second')
  now += 900
  await read(caches, 'second')
  now += 900
  await fill(caches, 'other', 'x')
  expect(await read(caches, 'second')).toBe('a')
  now += 2000
  await fill(caches, 'other', 'y')
  expect([existsSync(join(folder, sha256Hex('first'))), await read(caches, 'second')]).toEqual([false, null])
})
