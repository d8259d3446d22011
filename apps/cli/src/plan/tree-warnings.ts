import type { Plan, Reason } from '@sluice/contracts/plan'

/** The warnings of a plan, then those of its children, each once. */
export function treeWarnings(plan: Plan): Reason[] {
  const seen = new Map<string, Reason>()
  const gather = ({ warnings, jobs }: Plan): void => {
    for (const warning of warnings) {
      const { path = '', line = 0, column = 0 } = warning.position ?? {}
      const key = JSON.stringify([warning.text, path, line, column])
      if (!seen.has(key)) seen.set(key, warning)
    }
    for (const { downstream } of jobs)
      if (downstream?.target.kind === 'child' && downstream.target.plan !== undefined) gather(downstream.target.plan)
  }
  gather(plan)
  return [...seen.values()]
}
