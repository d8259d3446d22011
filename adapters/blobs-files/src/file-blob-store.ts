import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { blobDamaged, checkDigest, type BlobContent, type BlobStore, type StoredBlob } from '@sluice/execution'
import { publish, writeNewFile } from './durable-write.ts'

export interface BlobStoreOptions {
  /** `false`: not synchronised to disk, for what can be made again, such as caches. Default `true`. */
  durable?: boolean
}

/**
 * Blobs as files: `sha256/ab/cdef…` below the folder. Written to `incoming/`, synchronised, then renamed, so a crash
 * leaves at most a file in `incoming/`, which the next `openFileBlobStore` removes: one process writes to a folder.
 */
export async function openFileBlobStore(folder: string, { durable = true }: BlobStoreOptions = {}): Promise<BlobStore> {
  await rm(join(folder, 'incoming'), { recursive: true, force: true })
  await mkdir(join(folder, 'incoming'), { recursive: true, mode: 0o700 })
  return {
    put: async (content) => putBlob(folder, content, durable),
    get: async (digest) => ((await exists(blobPath(folder, digest))) ? verified(folder, digest) : null),
    has: async (digest) => exists(blobPath(folder, digest)),
  }
}

function blobPath(folder: string, digest: string): string {
  const hex = checkDigest(digest).slice('sha256:'.length)
  return join(folder, 'sha256', hex.slice(0, 2), hex.slice(2))
}

async function putBlob(folder: string, content: BlobContent, durable: boolean): Promise<StoredBlob> {
  const incoming = join(folder, 'incoming', randomUUID())
  const hash = createHash('sha256')
  let sizeBytes = 0
  const onChunk = (chunk: Uint8Array): void => {
    hash.update(chunk)
    sizeBytes += chunk.length
  }
  await writeNewFile(incoming, content instanceof Uint8Array ? once(content) : content, { durable, onChunk })
  const digest = `sha256:${hash.digest('hex')}`
  const path = blobPath(folder, digest)
  if (await exists(path)) await rm(incoming)
  else {
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
    await publish(incoming, path, durable)
  }
  return { digest, sizeBytes }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function* verified(folder: string, digest: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(blobPath(folder, digest), { highWaterMark: 256 * 1024 })) {
    hash.update(chunk as Uint8Array)
    yield chunk as Uint8Array
  }
  const found = `sha256:${hash.digest('hex')}`
  if (found !== digest) throw blobDamaged(digest, found)
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
