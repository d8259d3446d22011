import { expect, it } from 'vitest'
import type { TraceStore } from '../src/index.ts'

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))
const text = (data: Uint8Array): string => String.fromCharCode(...data)

/** What every trace store does. `open` makes an empty one. */
export function traceStoreCases(open: () => Promise<TraceStore>): void {
  it('grows by appends and reads any range', async () => {
    const store = await open()
    expect(await store.append('job-1', 0, bytes('hello '))).toEqual({ sizeBytes: 6 })
    expect(await store.append('job-1', 6, bytes('world'))).toEqual({ sizeBytes: 11 })
    expect(text(await store.read('job-1', 0, 100))).toBe('hello world')
    expect(text(await store.read('job-1', 4, 3))).toBe('o w')
    expect((await store.read('job-1', 11, 5)).length).toBe(0)
  })

  it.each([
    ['a gap', 8],
    ['an overlap', 2],
  ])('refuses %s and stays as it was', async (_, offset) => {
    const store = await open()
    await store.append('job-1', 0, bytes('abcd'))
    await expect(store.append('job-1', offset, bytes('x'))).rejects.toMatchObject({
      code: 'EXECUTION_TRACE_RANGE',
      status: 416,
    })
    expect(text(await store.read('job-1', 0, 100))).toBe('abcd')
  })

  it('lets one of two appends at the same offset win', async () => {
    const store = await open()
    const results = await Promise.allSettled([store.append('k', 0, bytes('aa')), store.append('k', 0, bytes('bb'))])
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(await store.size('k')).toBe(2)
  })

  it('knows an unknown log as empty and keeps logs apart', async () => {
    const store = await open()
    await store.append('a', 0, bytes('1'))
    expect([await store.size('b'), (await store.read('b', 0, 9)).length]).toEqual([0, 0])
  })

  it('refuses a key that is no plain name', async () => {
    const store = await open()
    await expect(store.append('../x', 0, bytes('1'))).rejects.toMatchObject({ code: 'EXECUTION_TRACE_KEY' })
  })
}
