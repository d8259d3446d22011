import { findRun, keepAsGood, type Unit } from '@sluice/store-postgres'

/**
 * Keeps a run that has succeeded as good, in the step in which it succeeds: its policy comes in force. Where that is the
 * policy that the run was judged by, nothing else has proved its release; so a first policy whose release could not be
 * made does not come in force, and the change that mends it is not judged by it. A child proves nothing for others.
 */
export async function keepIfGood(unit: Unit, runId: string, atMs: number): Promise<void> {
  const run = await findRun(unit, runId)
  if (run === null || run.parent_run_id !== null) return
  const isOwn = run.policy_commit === run.commit
  const hasRelease = run.policy.release !== undefined
  if (isOwn && hasRelease && run.deliver && run.delivery.status === 'stopped') return
  await keepAsGood(unit, runId, atMs)
}
