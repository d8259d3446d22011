import { DiskWatch } from '@sluice/executor-process'
import { expect, test } from 'vitest'
import { runView } from '../../testing/run-views.ts'
import type { PlatformConnection } from '../api/connect-platform.ts'
import type { Settings } from '../platform/settings.ts'
import { tellDelivery } from './tell-delivery.ts'

const connection = { call: async () => ({ environments: [] }) } as unknown as PlatformConnection
const settings = { data: '/d', logFolder: '/d/log' } as Settings
const [full, roomy] = [0, 1e9].map((freeBytes) => ({ freeBytes, isOutOfFiles: false }))
const stopped = { status: 'failed', delivery: 'stopped' } as const
const delivered = { status: 'success', delivery: 'delivered' } as const

test.each([
  [stopped, [full, full], 'The disk of data folder "/d" is full: free some space, then deliver again.'],
  [
    stopped,
    [full, roomy],
    'The disk of data folder "/d" was full meanwhile, and jobs and tests fail by that: free some space, then deliver again.',
  ],
  [stopped, [roomy, roomy], null],
  [delivered, [full, full], null],
])('a delivery that ended as %j on a disk with %j tells of the disk: %j', async (end, rooms, sentence) => {
  const left = [...rooms]
  const disk = new DiskWatch('/d', async () => left.shift() ?? { freeBytes: 0, isOutOfFiles: true })
  await disk.look()
  const lines: string[] = []
  const { signal } = new AbortController()
  const print = (line: string): void => void lines.push(line)
  await tellDelivery(connection, { run: runView(end), startMs: 0, signal, settings, disk, print })
  expect(lines.find((line) => line.includes('disk')) ?? null).toBe(sentence)
})
