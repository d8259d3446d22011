import { createHash } from 'node:crypto'
import type { BlobStore } from '@sluice/execution'

/** A store that keeps nothing: for the digests of a few files. */
export function memoryDigests(): BlobStore {
  return {
    async put(content) {
      const hash = createHash('sha256')
      let sizeBytes = 0
      for await (const chunk of content instanceof Uint8Array ? [content] : content) {
        hash.update(chunk)
        sizeBytes += chunk.length
      }
      return { digest: `sha256:${hash.digest('hex')}`, sizeBytes }
    },
    get: async () => null,
    has: async () => false,
  }
}
