import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { manifestOf, type BlobStore } from '@sluice/execution'
import { sha256Hex } from '@sluice/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ZipFile } from 'yazl'
import { readZip } from './read-zip.ts'
import { writeZip } from './write-zip.ts'

class MemoryBlobs implements BlobStore {
  readonly held = new Map<string, Uint8Array>()
  async put(content: Uint8Array | AsyncIterable<Uint8Array>) {
    const bytes = content instanceof Uint8Array ? content : Buffer.concat(await Array.fromAsync(content))
    const digest = `sha256:${sha256Hex(bytes)}`
    this.held.set(digest, bytes)
    return { digest, sizeBytes: bytes.length }
  }
  async get(digest: string) {
    const bytes = this.held.get(digest)
    return bytes
      ? (async function* () {
          yield bytes
        })()
      : null
  }
  async has(digest: string) {
    return this.held.has(digest)
  }
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-zip-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function save(stream: NodeJS.ReadableStream, name: string): Promise<string> {
  const file = join(folder, name)
  await pipeline(stream, createWriteStream(file))
  return file
}

describe('writeZip() and readZip()', () => {
  test('give back the manifest: paths, modes, links, sizes, digests', async () => {
    const blobs = new MemoryBlobs()
    const plain = await blobs.put(Buffer.from('hello'))
    const target = await blobs.put(Buffer.from('a.txt'))
    const manifest = manifestOf([
      { path: 'a.txt', mode: 0o644, ...plain },
      { path: 'bin/run', mode: 0o750, ...plain },
      { path: 'link', mode: 0o120777, ...target },
    ])
    const file = await save(writeZip(manifest, blobs), 'round.zip')
    expect(await readZip(file, new MemoryBlobs())).toEqual(manifest)
  })

  test('the same files give the same bytes', async () => {
    const blobs = new MemoryBlobs()
    const manifest = manifestOf([{ path: 'a.txt', mode: 0o644, ...(await blobs.put(Buffer.from('hello'))) }])
    const read = async () => Buffer.concat(await Array.fromAsync(writeZip(manifest, blobs)))
    expect((await read()).equals(await read())).toBe(true)
  })

  test('more files than allowed are refused with the numbers', async () => {
    const zip = new ZipFile()
    for (const name of ['a', 'b', 'c']) zip.addBuffer(Buffer.from(name), name)
    zip.end()
    const file = await save(zip.outputStream, 'many.zip')
    await expect(readZip(file, new MemoryBlobs(), { maxEntries: 2, maxTotalBytes: 100 })).rejects.toMatchObject({
      code: 'ZIP_TOO_LARGE',
    })
  })

  test('what is no zip is refused', async () => {
    const file = await save(
      (async function* () {
        yield Buffer.from('no zip at all')
      })() as never,
      'bad.zip',
    )
    await expect(readZip(file, new MemoryBlobs())).rejects.toMatchObject({ code: 'ZIP_UNREADABLE' })
  })

  test('a blob that is missing ends the stream with an error', async () => {
    const manifest = manifestOf([{ path: 'a', mode: 0o644, sizeBytes: 1, digest: `sha256:${'0'.repeat(64)}` }])
    await expect(Array.fromAsync(writeZip(manifest, new MemoryBlobs()))).rejects.toMatchObject({
      code: 'EXECUTION_BLOB_MISSING',
    })
  })

  test('a path that leads outside is refused before a byte is read', async () => {
    const zip = new ZipFile()
    zip.addBuffer(Buffer.from('evil'), 'aa/evil')
    zip.end()
    const bytes = Buffer.concat(await Array.fromAsync(zip.outputStream as AsyncIterable<Buffer>))
    const file = await save(
      Readable.from(
        [bytes.toString('latin1').replaceAll('aa/evil', '../evil')].map((text) => Buffer.from(text, 'latin1')),
      ),
      'outside.zip',
    )
    const blobs = new MemoryBlobs()
    await expect(readZip(file, blobs)).rejects.toMatchObject({ code: 'ZIP_UNREADABLE' })
    expect(blobs.held.size).toBe(0)
  })
})
