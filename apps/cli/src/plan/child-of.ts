import type { Plan, PlanJob } from '@sluice/contracts/plan'

/** The child that a job begins: its plan, or in a sentence why there is none. `null` for a job that begins nothing. */
export function childOf({ downstream }: PlanJob): { plan: Plan | null; sentence: string } | null {
  if (downstream === undefined) return null
  const { target } = downstream
  if (target.kind === 'project') {
    const where = target.branch === undefined ? '' : ` at ${target.branch}`
    return { plan: null, sentence: `triggers project ${target.project}${where}, which cannot be reached from here` }
  }
  if (target.refused !== undefined)
    return { plan: target.plan ?? null, sentence: `its child cannot be created: ${target.refused}` }
  if (target.plan === undefined) return { plan: null, sentence: `its child is ${target.unknown ?? 'not known yet'}` }
  return { plan: target.plan, sentence: waiting(downstream.strategy) }
}

function waiting(strategy: 'depend' | 'mirror' | undefined): string {
  if (strategy === undefined) return 'does not wait for its child'
  return `ends as its child does (${strategy})`
}
