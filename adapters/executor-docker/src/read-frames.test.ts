import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readFrames } from './read-frames.ts'

const frameOf = (stream: number, text: string): Buffer => {
  const bytes = Buffer.from(text)
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(bytes.length, 4)
  return Buffer.concat([header, bytes])
}

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0
  for (const size of sizes) {
    yield bytes.subarray(at, at + size)
    at += size
  }
  yield bytes.subarray(at)
}

it('readFrames() reads the same, however the bytes are cut', async () => {
  const frame = fc.record({ isError: fc.boolean(), text: fc.string({ maxLength: 40 }) })
  const property = fc.asyncProperty(fc.array(frame), fc.array(fc.nat(20)), async (frames, sizes) => {
    const bytes = Buffer.concat(frames.map(({ isError, text }) => frameOf(isError ? 2 : 1, text)))
    const found = { stdout: '', stderr: '' }
    const parts = await Array.fromAsync(readFrames(cut(bytes, sizes)))
    for (const stream of ['stdout', 'stderr'] as const)
      found[stream] = Buffer.concat(parts.filter((part) => part.stream === stream).map((part) => part.bytes)).toString()
    const textOf = (wanted: boolean): string =>
      frames.flatMap((one) => (one.isError === wanted ? one.text : [])).join('')
    expect(found).toEqual({ stdout: textOf(false), stderr: textOf(true) })
  })
  await fc.assert(property)
})
