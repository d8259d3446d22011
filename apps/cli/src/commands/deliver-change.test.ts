import { DiskWatch } from '@sluice/executor-process'
import { expect, onTestFinished, test, vi } from 'vitest'
import { runView } from '../../testing/run-views.ts'
import type { PlatformConnection } from '../api/connect-platform.ts'
import type { Settings } from '../platform/settings.ts'
import { showRun } from './deliver-change.ts'

test('a disk that fills while a run is shown is told once', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const interrupt = new AbortController()
  const connection = {
    call: async () => runView(),
    open: () => Promise.reject(new Error('no stream')),
  } as unknown as PlatformConnection
  const rooms = [1e9, 0, 0, 1e9, 0]
  const disk = new DiskWatch('/d', async () => ({ freeBytes: rooms.shift() ?? 0, isOutOfFiles: false }))
  const said: string[] = []
  const view = { show: () => undefined, say: (sentence: string) => void said.push(sentence), close: async () => {} }
  const settings = { data: '/d' } as Settings
  const shown = showRun(connection, 'run-1', view, { signal: interrupt.signal, isOwn: true, disk, settings })
  await vi.advanceTimersByTimeAsync(1000)
  expect(said).toEqual([])
  await vi.advanceTimersByTimeAsync(5000)
  expect(said).toEqual(['The disk of data folder "/d" is full: free some space, or what runs now fails.'])
  interrupt.abort()
  vi.useRealTimers()
  expect(await shown).toBe(null)
})
