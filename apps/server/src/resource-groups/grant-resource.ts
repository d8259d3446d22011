import type { Clock } from '@sluice/kernel'
import { announce, lockResourceGroup, type Database, type PostgresJournal } from '@sluice/store-postgres'
import { z } from 'zod'

export const grantRequest = z.object({
  project: z.string(),
  group: z.string(),
  runId: z.string(),
  job: z.string(),
  attempt: z.number(),
})

/** Tells a run that a job of it has its resource group, if that is still so. May be repeated. */
export async function grantResource(
  { db, journal, clock }: { db: Database; journal: PostgresJournal; clock: Clock },
  { project, group: name, runId, job, attempt }: z.infer<typeof grantRequest>,
): Promise<void> {
  await db.transaction().execute(async (unit) => {
    await journal.lockIn(unit, runId)
    const group = await lockResourceGroup(unit, project, name)
    const holder = group?.claims.find(({ state }) => state === 'held')
    if (holder?.runId !== runId || holder.job !== job || holder.attempt !== attempt) return
    await journal.stepIn(unit, runId, { kind: 'resource.granted', payload: { job, attempt } }, clock.now())
    await announce(unit, { seq: 0, project, runId, kind: 'resource.changed' })
  })
}
