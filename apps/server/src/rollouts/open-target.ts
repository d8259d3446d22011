import { join } from 'node:path'
import type { BlobStore, Isolation } from '@sluice/execution'
import { findReleaseByDigest, type Database } from '@sluice/store-postgres'
import { ProcessTarget } from '@sluice/target-process'
import type { ServerConfig } from '../config.ts'

/** The place where releases run: processes of this machine, below the data folder. */
export function openTarget(
  config: ServerConfig,
  parts: { db: Database; blobs: BlobStore; isolation: Isolation },
): Promise<ProcessTarget> {
  return ProcessTarget.open({
    folder: join(config.dataFolder, 'target'),
    isolation: parts.isolation,
    nodeFolder: config.nodeFolder,
    readOnlyPaths: config.serviceFolders,
    releases: {
      manifest: async (digest) => {
        const release = await findReleaseByDigest(parts.db, digest)
        return release === null ? null : { entries: release.files }
      },
      blobs: parts.blobs,
    },
  })
}
