import { listArtifacts, listAttempts, type ArtifactRow, type Database, type Unit } from '@sluice/store-postgres'

/** What a job's newest ended attempt has handed in. */
export interface HandedIn extends ArtifactRow {
  job: string
}

/** What these jobs of a run have handed in, by their newest ended attempts. */
export async function handedIn(db: Database | Unit, runId: string, jobs: readonly string[]): Promise<HandedIn[]> {
  const wanted = new Set(jobs)
  const ended = (await listAttempts(db, runId)).filter(
    ({ finished_at, job }) => finished_at !== null && wanted.has(job),
  )
  const newest = new Map(ended.map((attempt) => [attempt.job, attempt.id]))
  const jobOf = new Map([...newest].map(([job, id]) => [id, job]))
  const artifacts = await listArtifacts(db, [...newest.values()])
  return artifacts.map((artifact) => ({ ...artifact, job: jobOf.get(artifact.attempt_id) ?? '' }))
}
