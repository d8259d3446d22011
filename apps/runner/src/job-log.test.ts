import { memoryTraceStore } from '@sluice/execution/testing'
import { crc32 } from 'node:zlib'
import { expect, it } from 'vitest'
import { jobResponseFor } from '../testing/job-response.ts'
import type { Coordinator } from './coordinator.ts'
import { startJobLog } from './job-log.ts'
import { standardWaits } from './waiting.ts'

const mebibyte = 1024 * 1024

async function logOf(chunks: Buffer[]): Promise<{ sent: Buffer; sizeBytes: number; checksum: string }> {
  let sent = Buffer.alloc(0)
  const coordinator: Pick<Coordinator, 'appendTrace'> = {
    async appendTrace(_job, offset, bytes) {
      sent = Buffer.concat([sent.subarray(0, offset), bytes])
      return { outcome: 'taken', sizeBytes: sent.length, standing: 'running' }
    },
  }
  const log = startJobLog({
    job: jobResponseFor('http://127.0.0.1', 'f'.repeat(40), {}),
    coordinator: coordinator as Coordinator,
    spool: memoryTraceStore(),
    clock: { now: () => 0 },
    waits: standardWaits,
    limitBytes: mebibyte,
    onStanding: () => undefined,
  })
  for (const chunk of chunks) await log.write(chunk)
  const { sizeBytes, checksum } = await log.finish()
  return { sent, sizeBytes, checksum }
}

it('a log up to its limit is sent whole', async () => {
  const { sent } = await logOf([Buffer.alloc(mebibyte - 1, 'x'), Buffer.from('y')])
  expect(sent.length).toBe(mebibyte)
  expect(sent.toString().endsWith('xy')).toBe(true)
})

it('a log beyond its limit ends in one line that says so', async () => {
  const { sent, sizeBytes, checksum } = await logOf([
    Buffer.alloc(mebibyte - 1, 'x'),
    Buffer.from('yz'),
    Buffer.from('late'),
    Buffer.from('later'),
  ])
  expect(sent.subarray(mebibyte - 2).toString()).toBe(
    "xy\n\u001B[31;1mJob's log exceeded limit of 1 MiB: the job goes on, no more of its output is kept.\u001B[0;m\n",
  )
  expect([sizeBytes, checksum]).toEqual([sent.length, `crc32:${crc32(sent).toString(16).padStart(8, '0')}`])
})
