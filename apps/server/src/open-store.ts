import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openFileBlobStore, openFileTraceStore } from '@sluice/blobs-files'
import type { Signer } from '@sluice/evidence'
import type { BlobStore, TraceStore } from '@sluice/execution'
import type { GitRepository } from '@sluice/git'
import { Ed25519FileSigner } from '@sluice/signer-ed25519'
import {
  holdAlone,
  LogListener,
  openDatabase,
  PostgresJournal,
  prepareJobs,
  type HoldOptions,
  type OpenDatabase,
} from '@sluice/store-postgres'
import type { ServerConfig } from './config.ts'
import { repositoriesIn } from './projects/repositories.ts'
import { followStepWith } from './runs/follow-step.ts'
import { systemClock as clock, systemIds as ids } from './system.ts'

/** All that the server keeps, and where it keeps it. */
export interface Store extends Pick<OpenDatabase, 'db' | 'pool'> {
  listener: LogListener
  journal: PostgresJournal
  blobs: BlobStore
  traces: TraceStore
  signer: Signer
  repositoryOf: (project: string) => Promise<GitRepository>
  /** For uploads on their way into the blob store. */
  scratchFolder: string
}

/**
 * Opens database and folders. `closers` closes what was opened. Nothing of the database is touched, its schema least of
 * all, before this server holds it alone.
 */
export async function openStore(
  config: ServerConfig,
  hold: HoldOptions,
  closers: AsyncDisposableStack,
): Promise<Store> {
  const folder = (name: string): string => join(config.dataFolder, name)
  for (const name of ['blobs', 'traces', 'repositories', 'keys', 'uploads'])
    await mkdir(folder(name), { recursive: true, mode: 0o700 })
  closers.defer(await holdAlone(config.databaseUrl, hold))
  const { db, pool, close } = await openDatabase(config.databaseUrl)
  closers.defer(close)
  await prepareJobs(pool)
  const listener = new LogListener(config.databaseUrl)
  await listener.open()
  closers.defer(() => listener.close())
  return {
    db,
    pool,
    listener,
    journal: new PostgresJournal(db, followStepWith(clock, ids)),
    blobs: await openFileBlobStore(folder('blobs')),
    traces: await openFileTraceStore(folder('traces')),
    signer: await Ed25519FileSigner.open(join(folder('keys'), 'signer.pem')),
    repositoryOf: repositoriesIn(folder('repositories')),
    scratchFolder: folder('uploads'),
  }
}
