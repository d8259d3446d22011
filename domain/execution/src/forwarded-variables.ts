import type { PlanDownstream, PlanVariable } from '@sluice/contracts/plan'

const reference = /\$\$|\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})/g

/** How many characters of one value, and of all together, are handed on; what is longer is cut to nothing. */
const valueLengthMax = 65_536
const totalLengthMax = 1_048_576

/**
 * What a child gets, now that the jobs before it have run: references to variables of their dotenv reports filled in,
 * those to what is unknown still with nothing, as in GitLab; and with `forward:pipeline_variables` the reports' own.
 */
export function forwardedVariables(
  { variables, forwardsPipelineVariables }: Pick<PlanDownstream, 'variables' | 'forwardsPipelineVariables'>,
  dotenv: readonly PlanVariable[],
): PlanVariable[] {
  const values = new Map(dotenv.map(({ key, value }) => [key, value]))
  const budget = { left: totalLengthMax }
  const filled = variables.map((variable) => {
    if (variable.raw === true || variable.file === true) return variable
    return { ...variable, value: fill(variable.value, values, budget) }
  })
  if (!forwardsPipelineVariables) return filled
  return [...filled.filter(({ key }) => !values.has(key)), ...[...values].map(([key, value]) => ({ key, value }))]
}

function fill(written: string, values: ReadonlyMap<string, string>, budget: { left: number }): string {
  if (!written.includes('$')) return written
  let leftOfValue = valueLengthMax
  return written.replaceAll(reference, (whole: string, plain?: string, braced?: string) => {
    if (whole === '$$') return whole
    const value = values.get(plain ?? braced ?? '') ?? ''
    if (value.length > Math.min(leftOfValue, budget.left)) return ''
    leftOfValue -= value.length
    budget.left -= value.length
    return value
  })
}
