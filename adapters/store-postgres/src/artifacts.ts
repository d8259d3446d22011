import type { ReleaseFile } from '@sluice/delivery'
import type { Selectable } from 'kysely'
import { lockLiveAttempt } from './attempts.ts'
import { json, type Database, type Unit } from './database.ts'
import type { Schema } from './schema.ts'

export type ArtifactRow = Selectable<Schema['artifact']>

interface Artifact {
  attemptId: number
  type: string
  name: string
  files: ReleaseFile[]
}

/**
 * Keeps an artifact's manifest; handing the same one in again (a runner that got no answer) replaces it.
 * @returns false where the attempt has ended meanwhile: what was judged stays as it was
 */
export async function storeArtifact(unit: Unit, artifact: Artifact): Promise<boolean> {
  if ((await lockLiveAttempt(unit, artifact.attemptId)) === null) return false
  await keepFiles(unit, artifact)
  return true
}

/**
 * Adds one file to a report, whose files come one by one; the same path again replaces the file. A report that has as
 * many files or bytes as `max` stays as it is: it is refused as a whole, and the file would change nothing.
 * @returns as `storeArtifact`
 */
export async function addReportFile(
  unit: Unit,
  { attemptId, type, name, file }: Omit<Artifact, 'files'> & { file: ReleaseFile },
  max: ReportMax,
): Promise<boolean> {
  if ((await lockLiveAttempt(unit, attemptId)) === null) return false
  const before = await findFiles(unit, { attemptId, type, name })
  const files = [...before.filter(({ path }) => path !== file.path), file]
  if (!isFull(before, max)) await keepFiles(unit, { attemptId, type, name, files })
  return true
}

/** From so many files, or so many bytes of all together, a report takes no more. */
export interface ReportMax {
  files: number
  bytes: number
}

/** Whether a report takes no more files. */
export async function isReportFull(
  db: Database | Unit,
  report: Omit<Artifact, 'files'>,
  max: ReportMax,
): Promise<boolean> {
  return isFull(await findFiles(db, report), max)
}

const isFull = (files: ReleaseFile[], max: ReportMax): boolean =>
  files.length >= max.files || sizeOf(files) >= max.bytes

const sizeOf = (files: ReleaseFile[]): number => files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)

async function findFiles(
  db: Database | Unit,
  { attemptId, type, name }: Omit<Artifact, 'files'>,
): Promise<ReleaseFile[]> {
  const row = await db
    .selectFrom('artifact')
    .select('files')
    .where('attempt_id', '=', attemptId)
    .where('type', '=', type)
    .where('name', '=', name)
    .executeTakeFirst()
  return row?.files ?? []
}

async function keepFiles(unit: Unit, { attemptId, type, name, files }: Artifact): Promise<void> {
  const values = {
    attempt_id: attemptId,
    type,
    name,
    files: json(files),
    file_count: files.length,
    size_bytes: sizeOf(files),
  }
  await unit
    .insertInto('artifact')
    .values(values)
    .onConflict((conflict) => conflict.columns(['attempt_id', 'type', 'name']).doUpdateSet(values))
    .execute()
}

export async function listArtifacts(db: Database | Unit, attemptIds: number[]): Promise<ArtifactRow[]> {
  if (attemptIds.length === 0) return []
  return db.selectFrom('artifact').selectAll().where('attempt_id', 'in', attemptIds).orderBy('id').execute()
}
