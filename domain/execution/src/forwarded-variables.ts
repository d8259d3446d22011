import type { PlanJob, PlanVariable } from '@sluice/contracts/plan'
import { refillVariable } from './refill-variable.ts'

/** How many characters reports may add to all of them together; a reference beyond stands for nothing. */
const growthLimit = 1_048_576

const reference = /\$\$|\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})/g

/**
 * The variables that go from a trigger job to the pipeline that it begins, now that the jobs before it have run:
 * references to variables of their dotenv reports filled in, those to what is unknown still with nothing, as in GitLab;
 * and with `forward:pipeline_variables` the reports' own.
 * @param given names of variables of the project or of the start, which win over reports
 */
export function forwardedVariables(
  { variables, downstream }: Pick<PlanJob, 'variables' | 'downstream'>,
  dotenv: readonly PlanVariable[],
  given: ReadonlySet<string>,
): PlanVariable[] {
  if (downstream === undefined) return []
  const values = new Map(dotenv.flatMap(({ key, value }) => (given.has(key) ? [] : [[key, value] as const])))
  const budget = { left: growthLimit }
  const filled = downstream.variables.map((variable) =>
    filledIn(refilled(variable, variables, values, budget), values, budget),
  )
  if (!downstream.forwardsPipelineVariables) return filled
  const reported = [...values].map(([key, value]) => ({ key, value }))
  return [...filled.filter(({ key }) => !values.has(key)), ...reported]
}

/** One that goes may have the name of another that the job has, so each is made anew for itself. */
function refilled(
  variable: PlanVariable,
  ofJob: readonly PlanVariable[],
  values: ReadonlyMap<string, string>,
  budget: { left: number },
): PlanVariable {
  const made = refillVariable(ofJob, values)(variable)
  const growth = made.value.length - variable.value.length
  if (growth > budget.left) return variable
  budget.left -= Math.max(0, growth)
  return made
}

function filledIn(
  { written: _written, ...filled }: PlanVariable,
  values: ReadonlyMap<string, string>,
  budget: { left: number },
): PlanVariable {
  if (filled.raw === true || filled.file === true) return filled
  const value = filled.value.replaceAll(reference, (whole: string, plain?: string, braced?: string) => {
    if (whole === '$$') return whole
    const found = values.get(plain ?? braced ?? '') ?? ''
    if (found.length > budget.left) return ''
    budget.left -= found.length
    return found
  })
  return { ...filled, value }
}
