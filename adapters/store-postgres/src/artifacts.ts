import type { ReleaseFile } from '@sluice/delivery'
import type { Selectable } from 'kysely'
import { lockLiveAttempt } from './attempts.ts'
import { json, type Database, type Unit } from './database.ts'
import type { Schema } from './schema.ts'

export type ArtifactRow = Selectable<Schema['artifact']>

/**
 * Keeps an artifact's manifest; handing the same one in again (a runner that got no answer) replaces it.
 * @returns false where the attempt has ended meanwhile: what was judged stays as it was
 */
export async function storeArtifact(
  unit: Unit,
  artifact: { attemptId: number; type: string; name: string; files: ReleaseFile[] },
): Promise<boolean> {
  if ((await lockLiveAttempt(unit, artifact.attemptId)) === null) return false
  const values = {
    attempt_id: artifact.attemptId,
    type: artifact.type,
    name: artifact.name,
    files: json(artifact.files),
    file_count: artifact.files.length,
    size_bytes: artifact.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  }
  await unit
    .insertInto('artifact')
    .values(values)
    .onConflict((conflict) => conflict.columns(['attempt_id', 'type', 'name']).doUpdateSet(values))
    .execute()
  return true
}

export async function listArtifacts(db: Database | Unit, attemptIds: number[]): Promise<ArtifactRow[]> {
  if (attemptIds.length === 0) return []
  return db.selectFrom('artifact').selectAll().where('attempt_id', 'in', attemptIds).orderBy('id').execute()
}
