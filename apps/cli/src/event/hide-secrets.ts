import type { Plan, PlanVariable } from '@sluice/contracts/plan'

/** The plan for people: the values of masked variables are `[masked]` wherever they were filled in. */
export function hideSecrets(plan: Plan): Plan {
  const variables = variablesOf(plan)
  const secrets = new Set(variables.flatMap(({ masked, value }) => (masked === true && value !== '' ? [value] : [])))
  if (secrets.size === 0) return plan
  // The longest first: one secret may hold another.
  const ordered = [...secrets].toSorted((a, b) => b.length - a.length)
  return hiddenIn(plan, ordered) as Plan
}

/** Of all jobs, of children too. */
function variablesOf({ jobs }: Plan): PlanVariable[] {
  return jobs.flatMap(({ variables, downstream }) => {
    if (downstream === undefined) return variables
    const child = downstream.target.kind === 'child' ? downstream.target.plan : undefined
    return [...variables, ...downstream.variables, ...(child === undefined ? [] : variablesOf(child))]
  })
}

function hiddenIn(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return secrets.reduce((text, secret) => text.replaceAll(secret, '[masked]'), value)
  if (Array.isArray(value)) return value.map((one) => hiddenIn(one, secrets))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, hiddenIn(one, secrets)]))
}
