import type { DownstreamTarget, PlanDownstream, PlanVariable } from '@sluice/contracts/plan'
import type { TriggerDefinition } from '../read/trigger.ts'
import type { VariableScope } from '../variables/variable-scope.ts'
import { jsonOf } from '../yaml/json-of.ts'

/** What a trigger job hands on, before anything of its `forward` is applied. */
export interface HandedOn {
  /** What the pipeline's files give the job, as written, lowest precedence first. */
  written: readonly PlanVariable[]
  /** Of the run. */
  pipeline: readonly PlanVariable[]
  /** Whether dotenv reports may still change what it becomes. */
  hasDotenv: boolean
}

/**
 * The `trigger` of a job, its variables filled in. A child has no plan yet, see `planChildren`.
 * GitLab, `trigger:forward`: what goes with it has the precedence of a run's own variables there.
 */
export function planDownstream(
  { strategy, forward, target }: TriggerDefinition,
  handedOn: HandedOn,
  scope: VariableScope,
): PlanDownstream {
  const variables = [
    ...(forward.yamlVariables ? handedOn.written : []),
    ...(forward.pipelineVariables ? handedOn.pipeline : []),
  ]
  const last = new Map(variables.map((variable) => [variable.key, variable]))
  return {
    ...(strategy === null ? {} : { strategy }),
    forwardsPipelineVariables: forward.pipelineVariables,
    variables: [...last.values()].map((variable) => scope.handedOn(variable, handedOn.hasDotenv)),
    target: targetOf(target, scope),
  }
}

function targetOf(target: TriggerDefinition['target'], scope: VariableScope): DownstreamTarget {
  if (target.kind === 'child') {
    const { path, line, column } = target.include.place
    return { kind: 'child', include: jsonOf(target.include), place: { path, line, column } }
  }
  const { project, branch, inputs } = target
  return {
    kind: 'project',
    project: scope.expandText(project),
    ...(branch === null ? {} : { branch: scope.expandText(branch) }),
    ...(inputs === null ? {} : { inputs }),
  }
}
