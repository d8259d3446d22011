import type { PlanDownstream, PlanVariable } from '@sluice/contracts/plan'

const reference = /\$\$|\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})/g

/**
 * What a child gets, now that the jobs before it have run: references to variables of their dotenv reports filled in,
 * those to what is unknown still with nothing, as in GitLab; and with `forward:pipeline_variables` the reports' own.
 */
export function forwardedVariables(
  { variables, forwardsPipelineVariables }: Pick<PlanDownstream, 'variables' | 'forwardsPipelineVariables'>,
  dotenv: readonly PlanVariable[],
): PlanVariable[] {
  const values = new Map(dotenv.map(({ key, value }) => [key, value]))
  const filled = variables.map((variable) => {
    if (variable.raw === true || variable.file === true) return variable
    const value = variable.value.replaceAll(reference, (whole: string, plain?: string, braced?: string) =>
      whole === '$$' ? whole : (values.get(plain ?? braced ?? '') ?? ''),
    )
    return { ...variable, value }
  })
  if (!forwardsPipelineVariables) return filled
  return [...filled.filter(({ key }) => !values.has(key)), ...dotenv]
}
