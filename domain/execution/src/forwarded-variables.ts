import type { PlanJob, PlanVariable } from '@sluice/contracts/plan'
import { refillVariable } from './refill-variable.ts'

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
  const filled = downstream.variables.map((variable) => filledIn(variable, variables, values))
  if (!downstream.forwardsPipelineVariables) return filled
  const reported = [...values].map(([key, value]) => ({ key, value }))
  return [...filled.filter(({ key }) => !values.has(key)), ...reported]
}

function filledIn(
  variable: PlanVariable,
  ofJob: readonly PlanVariable[],
  values: ReadonlyMap<string, string>,
): PlanVariable {
  const { written: _written, ...filled } = refillVariable(ofJob, values)(variable)
  if (filled.raw === true || filled.file === true) return filled
  const value = filled.value.replaceAll(reference, (whole: string, plain?: string, braced?: string) =>
    whole === '$$' ? whole : (values.get(plain ?? braced ?? '') ?? ''),
  )
  return { ...filled, value }
}
