import type { CacheRuns } from '@sluice/execution'
import { sha256Hex } from '@sluice/kernel'
import { findGoodRuns, listLineage, type Database, type RunRow, type Unit } from '@sluice/store-postgres'

/** Some, as not every run saves every cache. */
const cacheRunsMax = 5

/**
 * Whose caches the jobs of a run find. A child has caches of its own, by the jobs that lead to it, and reads besides those
 * of the runs above it and of the same child of good runs; it saves to none of them, so that no file of a child decides
 * what a job of its parent does.
 */
export async function cacheRunsOf(db: Database | Unit, run: RunRow, branch: string): Promise<CacheRuns> {
  const [root, ...below] = await listLineage(db, run)
  const ends = below.reduce((found, { parent_job: job }) => [...found, `${found.at(-1)}-${markOf(job)}`], [''])
  const labelsOf = (number: number): string[] => ends.map((end) => `${number}${end}`).toReversed()
  const good = await findGoodRuns(db, { project: run.project, branch, before: root.number }, cacheRunsMax)
  const [own = '', ...above] = labelsOf(root.number)
  return { own, others: [...above, ...good.flatMap(labelsOf)] }
}

/** A job's name as a part of a key. Hexadecimal digits, and enough of them that no two jobs of a pipeline share them. */
const markOf = (job: string | null): string => sha256Hex(job ?? '').slice(0, 16)
