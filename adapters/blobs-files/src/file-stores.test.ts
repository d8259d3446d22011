import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blobStoreCases, traceStoreCases } from '@sluice/execution/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openFileBlobStore, openFileTraceStore } from './index.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-blobs-'))
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

describe('openFileBlobStore', () => {
  blobStoreCases(async () => openFileBlobStore(folder))

  it('finds out that a file was changed', async () => {
    const store = await openFileBlobStore(folder)
    const { digest } = await store.put(Buffer.from('release'))
    const hex = digest.slice('sha256:'.length)
    await writeFile(join(folder, 'sha256', hex.slice(0, 2), hex.slice(2)), 'relEase')
    const read = async () => {
      for await (const chunk of (await store.get(digest)) ?? []) expect(chunk.length).toBeGreaterThan(0)
    }
    await expect(read()).rejects.toMatchObject({ code: 'EXECUTION_BLOB_DAMAGED' })
  })

  it('clears away what a crash left half written', async () => {
    await openFileBlobStore(folder)
    await writeFile(join(folder, 'incoming', 'half'), 'half')
    await openFileBlobStore(folder)
    expect(await readdir(join(folder, 'incoming'))).toEqual([])
  })
})

describe('openFileTraceStore', () => {
  traceStoreCases(async () => openFileTraceStore(folder))

  it('goes on with a log after a restart', async () => {
    await (await openFileTraceStore(folder)).append('job-1', 0, Buffer.from('ab'))
    expect(await (await openFileTraceStore(folder)).append('job-1', 2, Buffer.from('cd'))).toEqual({ sizeBytes: 4 })
  })
})
