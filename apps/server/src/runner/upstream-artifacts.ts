import type { PlanJob, PlanUpstreamNeed } from '@sluice/contracts/plan'
import { listLineage, listTree, type Database, type RunRow, type Unit } from '@sluice/store-postgres'
import { handedIn, type HandedIn } from './handed-in.ts'

/** What a job takes from the runs above and beside its own, and why it cannot begin where something is missing. */
export interface UpstreamArtifacts {
  artifacts: HandedIn[]
  refusal: string | null
}

/**
 * What `needs:pipeline` of a job of a child names, in the other runs of its tree and in no others. Where a job of them
 * has handed on nothing, this one must not begin, as in GitLab. A run that is no child has nothing to take: its plan warns.
 */
export async function upstreamArtifacts(
  db: Database | Unit,
  run: RunRow,
  job: Pick<PlanJob, 'upstreamNeeds'>,
): Promise<UpstreamArtifacts> {
  const taken: UpstreamArtifacts = { artifacts: [], refusal: null }
  for (const need of await reachableNeeds(db, run, job)) {
    const found = need.isReachable ? await handedIn(db, need.pipeline, [need.job]) : []
    taken.artifacts.push(...found.filter(({ type }) => type === 'archive' || type === 'dotenv'))
    if (found.length > 0) continue
    const why = need.isReachable ? 'it has handed on none' : 'there is no such pipeline above or beside this one'
    taken.refusal ??= `it needs artifacts of job "${need.job}" of pipeline "${need.pipeline}": ${why}`
  }
  return taken
}

/** Whether a job may take what another run's job has handed in. */
export async function mayTakeFrom(
  db: Database | Unit,
  run: RunRow,
  job: Pick<PlanJob, 'upstreamNeeds'>,
  owner: { run_id: string; job: string },
): Promise<boolean> {
  const needs = await reachableNeeds(db, run, job)
  return needs.some((need) => need.isReachable && need.pipeline === owner.run_id && need.job === owner.job)
}

async function reachableNeeds(
  db: Database | Unit,
  run: RunRow,
  { upstreamNeeds = [] }: Pick<PlanJob, 'upstreamNeeds'>,
): Promise<(PlanUpstreamNeed & { isReachable: boolean })[]> {
  if (upstreamNeeds.length === 0 || run.parent_run_id === null) return []
  const [root] = await listLineage(db, run)
  const tree = new Set(await listTree(db, root.id))
  return upstreamNeeds.map((need) => ({ ...need, isReachable: need.pipeline !== run.id && tree.has(need.pipeline) }))
}
