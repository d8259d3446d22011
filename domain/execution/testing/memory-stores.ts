import { sha256Hex } from '@sluice/kernel'
import { checkDigest, checkTraceKey, traceRange, type BlobStore, type TraceStore } from '../src/index.ts'

/** A blob store in memory, for tests. */
export function memoryBlobStore(): BlobStore {
  const blobs = new Map<string, Uint8Array>()
  return {
    async put(content) {
      const bytes = joined(content instanceof Uint8Array ? [content] : await Array.fromAsync(content))
      const digest = `sha256:${sha256Hex(bytes)}`
      blobs.set(digest, bytes)
      return { digest, sizeBytes: bytes.length }
    },
    async get(digest) {
      const bytes = blobs.get(checkDigest(digest))
      return bytes === undefined ? null : once(bytes)
    },
    has: async (digest) => blobs.has(checkDigest(digest)),
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** A trace store in memory, for tests. */
export function memoryTraceStore(): TraceStore {
  const traces = new Map<string, Uint8Array>()
  const bytesOf = (key: string): Uint8Array => traces.get(checkTraceKey(key)) ?? new Uint8Array()
  return {
    async append(key, offset, bytes) {
      const before = bytesOf(key)
      if (offset !== before.length) throw traceRange(key, offset, before.length)
      traces.set(key, Uint8Array.from([...before, ...bytes]))
      return { sizeBytes: before.length + bytes.length }
    },
    read: async (key, offset, limit) => bytesOf(key).slice(offset, offset + limit),
    size: async (key) => bytesOf(key).length,
  }
}
