import type { Plan, Reason } from '@sluice/contracts/plan'
import { planTree } from '../plan/plan-tree.ts'
import { treeWarnings } from '../plan/tree-warnings.ts'

/** What a plan and its children warn of, and what becomes of it on this machine. */
export function localWarnings(plan: Plan): Reason[] {
  const warnings = treeWarnings(plan)
  const tagged = planTree(plan).flatMap((one) =>
    one.plan.jobs.flatMap(({ name, tags }) => (tags.length > 0 ? [`"${one.prefix}${name}"`] : [])),
  )
  if (tagged.length === 0) return warnings
  // Tags choose among runners, and here is none to choose.
  const text = `tags of ${tagged.join(', ')} are not looked at: this machine takes every job`
  return [...warnings, { kind: 'default', text }]
}
