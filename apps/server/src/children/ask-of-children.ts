/**
 * What is asked of the queue about children. Each runs in a transaction of its own, so that no two transactions wait for
 * each other's runs; asking again asks for the same.
 */
import { z } from 'zod'
import { askFor, type Database, type Unit } from '@sluice/store-postgres'

/** An attempt of a job that begins a child. */
export const attemptOfJob = z.object({ runId: z.string(), job: z.string(), attempt: z.number() })
export type AttemptOfJob = z.infer<typeof attemptOfJob>

/** `sinceMs`: when it was its turn, in milliseconds since 1970. */
export const childToBegin = attemptOfJob.extend({ sinceMs: z.number() })
export type ChildToBegin = z.infer<typeof childToBegin>

export const toldRun = z.object({ runId: z.string() })

/** @param atMs when to try, if not at once */
export async function askToBegin(
  db: Database | Unit,
  { runId, job, attempt }: AttemptOfJob,
  sinceMs: number,
  atMs?: number,
): Promise<void> {
  const options = { key: `begin-child:${runId}:${attempt}:${job}`, ...(atMs === undefined ? {} : { atMs }) }
  return askFor(db, 'begin-child', { runId, job, attempt, sinceMs }, options)
}

export async function askToCancel(unit: Unit, { runId, job, attempt }: AttemptOfJob): Promise<void> {
  const key = `cancel-child:${runId}:${attempt}:${job}`
  return askFor(unit, 'cancel-child', { runId, job, attempt }, { key })
}

/** @param runId the child's */
export async function askToTell(unit: Unit, runId: string): Promise<void> {
  return askFor(unit, 'tell-parent', { runId }, { key: `tell-parent:${runId}` })
}
