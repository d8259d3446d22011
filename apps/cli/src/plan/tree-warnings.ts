import type { Plan, Reason } from '@sluice/contracts/plan'
import { planTree } from './plan-tree.ts'

/** The warnings of a plan, then those of its children, each once. */
export function treeWarnings(plan: Plan): Reason[] {
  const byText = new Map<string, Reason>()
  for (const warning of planTree(plan).flatMap((one) => one.plan.warnings)) {
    const { path = '', line = 0, column = 0 } = warning.position ?? {}
    const key = JSON.stringify([warning.text, path, line, column])
    if (!byText.has(key)) byText.set(key, warning)
  }
  return [...byText.values()]
}
