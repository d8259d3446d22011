import { expect, test } from 'vitest'
import { DiskWatch, type DiskRoom } from './disk-watch.ts'
import { onWatchedDisk } from './on-watched-disk.ts'
import type { StepsResult } from './run-steps.ts'

const full: DiskRoom = { freeBytes: 4096, isOutOfFiles: false }
const outOfFiles: DiskRoom = { freeBytes: 1e9, isOutOfFiles: true }
const roomy: DiskRoom = { freeBytes: 1e9, isOutOfFiles: false }

test.each([
  [full, true],
  [outOfFiles, true],
  [roomy, false],
])('a disk with %j is full: %j', async (room, isFull) => {
  const disk = new DiskWatch('/d', async () => room)
  expect([await disk.look(), disk.wasFull]).toEqual([isFull, isFull])
})

test('a disk that was full once and has room again was full', async () => {
  const rooms = [full, roomy]
  const disk = new DiskWatch('/d', async () => rooms.shift() ?? roomy)
  expect([await disk.look(), await disk.look(), disk.wasFull]).toEqual([true, false, true])
})

test('of a disk that cannot be asked nothing is known', async () => {
  const disk = new DiskWatch('/d', () => Promise.reject(new Error('no such folder')))
  expect(await disk.look()).toBe(false)
})

test('the kernel is asked: nothing can be written to /proc', async () => {
  expect(await new DiskWatch('/proc').look()).toBe(true)
})

const failed: StepsResult = { state: 'failed', reason: 'script_failure', exitCode: 254, message: 'exit code 254' }
const told: StepsResult = {
  ...failed,
  message: 'exit code 254; the disk of the workspaces was full meanwhile: free some space, then run the job again',
  isDiskFull: true,
}

test.each([
  [failed, full, told],
  [failed, roomy, failed],
  [{ state: 'success' } as const, full, { state: 'success' }],
  [{ state: 'canceled' } as const, full, { state: 'canceled' }],
])('%j on a disk with %j is told as %j', async (result, room, wanted) => {
  expect(await onWatchedDisk(new DiskWatch('/d', async () => room), async () => result)).toEqual(wanted)
})
