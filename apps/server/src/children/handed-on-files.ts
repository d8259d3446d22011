import { isUtf8 } from 'node:buffer'
import { linkMode, type BlobStore } from '@sluice/execution'
import type { HandedOnFiles } from '@sluice/pipeline'
import type { Database } from '@sluice/store-postgres'
import { handedIn } from '../runner/handed-in.ts'

interface Sources {
  db: Database
  blobs: BlobStore
}

/** Files among what jobs of a run have handed in, by the newest ended attempt of each. */
export function handedOnFiles({ db, blobs }: Sources, runId: string): HandedOnFiles {
  return {
    async find(jobs, path, bytesMax) {
      const archives = (await handedIn(db, runId, jobs)).filter(({ type }) => type === 'archive')
      if (archives.length === 0) return 'nothing'
      const file = archives.flatMap(({ files }) => files).find((one) => one.path === path && one.mode !== linkMode)
      if (file === undefined) return null
      const { sizeBytes, digest } = file
      if (sizeBytes > bytesMax) return { sizeBytes, text: null }
      const content = await blobs.get(digest)
      if (content === null) throw new Error(`the blob store has lost ${digest}, which is ${path} of run "${runId}"`)
      const bytes = Buffer.concat(await Array.fromAsync(content))
      return { sizeBytes, text: isUtf8(bytes) ? bytes.toString('utf8') : null }
    },
  }
}
