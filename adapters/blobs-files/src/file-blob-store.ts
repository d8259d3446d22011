import { createHash, randomUUID } from 'node:crypto'
import { access, mkdir, open, rm } from 'node:fs/promises'
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
  if (content instanceof Uint8Array) return putBytes(folder, content, durable)
  const incoming = join(folder, 'incoming', randomUUID())
  const hash = createHash('sha256')
  let sizeBytes = 0
  const onChunk = (chunk: Uint8Array): void => {
    hash.update(chunk)
    sizeBytes += chunk.length
  }
  await writeNewFile(incoming, content, { durable, onChunk })
  const digest = `sha256:${hash.digest('hex')}`
  const path = blobPath(folder, digest)
  if (await exists(path)) await rm(incoming)
  else await giveName(incoming, path, durable)
  return { digest, sizeBytes }
}

/** Bytes that are there whole have their digest before anything is written: what is stored already costs one look. */
async function putBytes(folder: string, bytes: Uint8Array, durable: boolean): Promise<StoredBlob> {
  const stored = { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, sizeBytes: bytes.length }
  const path = blobPath(folder, stored.digest)
  if (await exists(path)) return stored
  const incoming = join(folder, 'incoming', randomUUID())
  await writeNewFile(incoming, once(bytes), { durable, onChunk: () => undefined })
  await giveName(incoming, path, durable)
  return stored
}

async function giveName(incoming: string, path: string, durable: boolean): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
  await publish(incoming, path, durable)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

const pieceBytes = 256 * 1024

async function* verified(folder: string, digest: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  const file = await open(blobPath(folder, digest), 'r')
  try {
    for (;;) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes, null)
      if (bytesRead === 0) break
      hash.update(buffer.subarray(0, bytesRead))
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
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
