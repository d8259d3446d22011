import type { PlanVariable } from '@sluice/contracts/plan'
import { jobVariables, nodeVariables } from '../predefined-variables.ts'
import { inherits } from '../read/defaults.ts'
import type { JobDefinition } from '../read/job.ts'
import type { Rule } from '../read/rules.ts'
import { environmentSlug } from './environment-slug.ts'
import { VariableScope } from '../variables/variable-scope.ts'
import type { PlanContext } from './plan-context.ts'

function inheritedVariables(definition: JobDefinition, variables: readonly PlanVariable[]): PlanVariable[] {
  return variables.filter(({ key }) => inherits(definition.inherit.variables, key))
}

/** What the pipeline's files say of the job's variables, lowest precedence first. */
export function writtenVariables(
  definition: JobDefinition,
  context: PlanContext,
  rule: Rule | null,
): readonly PlanVariable[] {
  return [
    ...inheritedVariables(definition, context.global),
    ...inheritedVariables(definition, context.workflowVariables),
    ...definition.variables,
    ...(rule?.variables ?? []),
  ]
}

/** GitLab's precedence, lowest first. */
export function layersOf(
  definition: JobDefinition,
  context: PlanContext,
  environment: readonly PlanVariable[] = [],
  ofRule: readonly PlanVariable[] = [],
): (readonly PlanVariable[])[] {
  return [
    context.predefined,
    jobVariables(definition.name, definition.stage.name),
    nodeVariables(definition.instance),
    environment,
    inheritedVariables(definition, context.global),
    inheritedVariables(definition, context.workflowVariables),
    definition.variables,
    ofRule,
    context.project,
    context.pipeline,
  ]
}

/** The name of the environment is filled in first, since CI_ENVIRONMENT_NAME depends on it. */
export function jobScope(
  definition: JobDefinition,
  context: PlanContext,
  ofRule: readonly PlanVariable[],
): VariableScope {
  const scope = new VariableScope(layersOf(definition, context, [], ofRule), context.expansion)
  const { environment } = definition
  if (environment === null) return scope
  const name = scope.expandText(environment.name)
  const values: Record<string, string | null> = {
    CI_ENVIRONMENT_NAME: name,
    CI_ENVIRONMENT_SLUG: environmentSlug(name),
    CI_ENVIRONMENT_ACTION: environment.action,
    CI_ENVIRONMENT_TIER: environment.tier === null ? null : scope.expandText(environment.tier),
    CI_ENVIRONMENT_URL: environment.url,
  }
  const variables = Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [{ key, value }]))
  return new VariableScope(layersOf(definition, context, variables, ofRule), context.expansion)
}
