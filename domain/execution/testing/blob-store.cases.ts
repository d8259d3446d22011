import { sha256Hex } from '@sluice/kernel'
import { expect, it } from 'vitest'
import type { BlobStore } from '../src/index.ts'

/** What every blob store does. `open` makes an empty one. */
export function blobStoreCases(open: () => Promise<BlobStore>): void {
  it('names bytes by their SHA-256 and gives them back', async () => {
    const store = await open()
    const bytes = Uint8Array.from([0, 1, 255, 10])
    const stored = await store.put(bytes)
    expect(stored).toEqual({ digest: `sha256:${sha256Hex(bytes)}`, sizeBytes: 4 })
    expect(await bytesOf(store, stored.digest)).toEqual([0, 1, 255, 10])
    expect(await store.has(stored.digest)).toBe(true)
  })

  it('takes a stream of chunks as one blob', async () => {
    const store = await open()
    const whole = await store.put(Uint8Array.from([1, 2, 3]))
    expect(await store.put(chunks([1], [], [2, 3]))).toEqual(whole)
  })

  it('answers the same to the same bytes, also at once', async () => {
    const store = await open()
    const answers = await Promise.all(Array.from({ length: 8 }, async () => store.put(Uint8Array.from([7, 7]))))
    expect(new Set(answers.map(({ digest }) => digest)).size).toBe(1)
    expect(await bytesOf(store, answers[0]?.digest ?? '')).toEqual([7, 7])
  })

  it('keeps an empty blob', async () => {
    const store = await open()
    const { digest, sizeBytes } = await store.put(new Uint8Array())
    expect([sizeBytes, await bytesOf(store, digest)]).toEqual([0, []])
  })

  it('keeps nothing of a stream that breaks', async () => {
    const store = await open()
    await expect(store.put(broken())).rejects.toThrow('broken off')
    expect(await store.has(`sha256:${sha256Hex(Uint8Array.from([9]))}`)).toBe(false)
  })

  it('has null for unknown bytes and refuses what is no digest', async () => {
    const store = await open()
    expect(await store.get(`sha256:${'0'.repeat(64)}`)).toBeNull()
    await expect(store.get('sha256:../../etc/passwd')).rejects.toMatchObject({ code: 'EXECUTION_DIGEST' })
    await expect(store.has('md5:00')).rejects.toMatchObject({ code: 'EXECUTION_DIGEST' })
  })
}

async function bytesOf(store: BlobStore, digest: string): Promise<number[]> {
  const parts: number[] = []
  for await (const chunk of (await store.get(digest)) ?? []) parts.push(...chunk)
  return parts
}

async function* chunks(...parts: number[][]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Uint8Array.from(part)
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Uint8Array.from([9])
  throw new Error('broken off')
}
