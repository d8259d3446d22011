import type { PlanAutoCancel, PlanVariable, Reason } from '@sluice/contracts/plan'
import type { CompileRequest } from '../compile-request.ts'
import type { AutoCancel } from '../read/auto-cancel.ts'
import type { PipelineDefinition } from '../read/pipeline.ts'
import { VariableScope } from '../variables/variable-scope.ts'
import { decideRules } from './decide-rules.ts'
import type { RulePaths } from './path-clauses.ts'

/** Whether the pipeline runs at all, and what the workflow adds to it. */
export interface WorkflowDecision {
  runs: boolean
  /** `workflow:name`, filled in. */
  name: string | null
  /** Of the rule that matched. */
  variables: readonly PlanVariable[]
  /** `auto_cancel` of the workflow, over it that of the rule; `null` where neither says anything. */
  autoCancel: PlanAutoCancel | null
  /** Empty without workflow rules. */
  reasons: readonly Reason[]
}

export function decideWorkflow(
  { workflow, variables }: PipelineDefinition,
  request: CompileRequest,
  paths: RulePaths,
): WorkflowDecision {
  const given = [...request.variables, ...(request.pipelineVariables ?? [])]
  const scope = new VariableScope([request.predefined, variables, given])
  if (workflow.rules === null)
    return {
      runs: true,
      name: named(workflow.name, scope),
      variables: [],
      autoCancel: autoCancelOf(workflow.autoCancel, null),
      reasons: [],
    }
  const { rule, reasons } = decideRules(workflow.rules, { ...paths, scope, subject: 'workflow' }, 'workflow')
  const told = reasons.map((reason) => ({ ...reason, text: `workflow: ${reason.text}` }))
  if (rule === null) {
    const none: Reason = { kind: 'workflow', text: 'workflow: no rule matched, so no job runs' }
    return { runs: false, name: null, variables: [], autoCancel: null, reasons: [...told, none] }
  }
  if (rule.when === 'never') {
    const never: Reason = {
      kind: 'workflow',
      text: `workflow: ${rule.name} says when: never, so no job runs`,
      position: rule.place,
    }
    return { runs: false, name: null, variables: [], autoCancel: null, reasons: [...told, never] }
  }
  const inner = new VariableScope([request.predefined, variables, rule.variables, given])
  return {
    runs: true,
    name: named(workflow.name, inner),
    variables: rule.variables,
    autoCancel: autoCancelOf(workflow.autoCancel, rule.autoCancel),
    reasons: told,
  }
}

function autoCancelOf(own: AutoCancel | null, ofRule: AutoCancel | null): PlanAutoCancel | null {
  if (own === null && ofRule === null) return null
  return { onNewCommit: 'conservative', onJobFailure: 'none', ...own, ...ofRule }
}

function named(name: string | null, scope: VariableScope): string | null {
  return name === null ? null : scope.expandText(name)
}
