import { DiskWatch, type DiskRoom } from '@sluice/executor-process'
import { SluiceError } from '@sluice/kernel'
import { expect, test } from 'vitest'
import { byFullDisk } from './disk-full.ts'

const full: DiskRoom = { freeBytes: 4096, isOutOfFiles: false }
const outOfFiles: DiskRoom = { freeBytes: 1e9, isOutOfFiles: true }
const roomy: DiskRoom = { freeBytes: 1e9, isOutOfFiles: false }

const silent = new SluiceError('CLI_PART_FAILED', 'Cannot start the server: it ended without a word (log: /d/log)')
const spaceless = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
const said = new SluiceError('CLI_PART_FAILED', 'Cannot start the runner: Error: ENOSPC: no space left on device')
const overQuota = Object.assign(new Error('write'), { code: 'EDQUOT' })

test.each([
  [silent, full],
  [silent, outOfFiles],
  [spaceless, full],
  [said, full],
  [overQuota, roomy],
])('%s on a disk with %j is told as a full disk', async (error, room) => {
  expect(await byFullDisk('/d', 'start the server', error, new DiskWatch('/d', async () => room))).toMatchObject({
    code: 'CLI_DISK_FULL',
    message: 'Cannot start the server: the disk of data folder "/d" is full; free some space, then start again',
    cause: error,
  })
})

test.each([
  [silent, roomy],
  [new Error('ENOSPC: System limit for number of file watchers reached'), roomy],
  [new SluiceError('CLI_PORT_BUSY', 'Cannot use port 1'), full],
  [new SluiceError('POSTGRES_DISK_FULL', 'Cannot start PostgreSQL: no space left on device'), full],
])('%s on a disk with %j is told as it is', async (error, room) => {
  expect(await byFullDisk('/d', 'start the server', error, new DiskWatch('/d', async () => room))).toBe(error)
})
