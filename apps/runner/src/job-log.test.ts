import type { TraceStore } from '@sluice/execution'
import { memoryTraceStore } from '@sluice/execution/testing'
import { crc32 } from 'node:zlib'
import { expect, it } from 'vitest'
import { jobResponseFor } from '../testing/job-response.ts'
import type { Coordinator } from './coordinator.ts'
import { startJobLog } from './job-log.ts'
import { standardWaits } from './waiting.ts'

const mebibyte = 1024 * 1024

async function logOf(chunks: Buffer[]): Promise<{ sent: Buffer; sizeBytes: number; checksum: string | null }> {
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
    onFailure: () => undefined,
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

const failing = async (): Promise<never> => {
  throw new Error('ENOSPC: no space left on device')
}

it.each<[string, Partial<TraceStore>]>([
  ['written', { append: failing }],
  ['read back', { read: failing }],
  ['found again', { read: async () => new Uint8Array() }],
])('a log that cannot be %s ends with the reason, tells it once, and no more is sent', async (_, broken) => {
  const memory = memoryTraceStore()
  const failures: string[] = []
  let [sent, calls] = ['', 0]
  const coordinator: Partial<Coordinator> = {
    async appendTrace(_job, offset, bytes) {
      calls += 1
      sent = sent.slice(0, offset) + Buffer.from(bytes).toString()
      return { outcome: 'taken', sizeBytes: sent.length, standing: 'running' }
    },
    async update() {
      calls += 1
      return { outcome: 'taken', standing: 'running' }
    },
  }
  const log = startJobLog({
    job: jobResponseFor('http://127.0.0.1', 'f'.repeat(40), {}),
    coordinator: coordinator as Coordinator,
    spool: {
      append: memory.append.bind(memory),
      read: memory.read.bind(memory),
      size: memory.size.bind(memory),
      ...broken,
    },
    clock: { now: () => 0 },
    waits: { ...standardWaits, traceMs: 0, touchMs: 0 },
    onStanding: () => undefined,
    onFailure: ({ message }) => failures.push(message),
  })
  await log.write(Buffer.from('one'))
  await log.say('two')
  const end = await log.finish()
  const callsAtEnd = calls
  await new Promise(setImmediate)
  expect(end).toMatchObject({ sent: true, sizeBytes: sent.length, failure: expect.any(Error) as Error })
  expect(sent).toContain('Cannot keep the log: ')
  expect([failures.length, calls]).toEqual([1, callsAtEnd])
})
