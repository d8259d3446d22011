import type { PlanTrigger, PlanVariable, Reason } from '@sluice/contracts/plan'
import type { Mistakes } from '../mistakes.ts'
import type { ExpansionBudget } from '../variables/variable-scope.ts'
import type { RulePaths } from './path-clauses.ts'

/** What is the same for all jobs of one pipeline. */
export interface PlanContext extends RulePaths {
  predefined: readonly PlanVariable[]
  /** `variables:` at the top, then those of the workflow's rule. */
  global: readonly PlanVariable[]
  workflowVariables: readonly PlanVariable[]
  project: readonly PlanVariable[]
  /** Of this one run: they win over all others. */
  pipeline: readonly PlanVariable[]
  trigger: PlanTrigger
  projectPath: string
  /** Whether jobs without `only` and rules are for branches and tags. */
  hasDefaultRefs: boolean
  /** Why the pipeline runs at all; empty without workflow rules. */
  workflowReasons: readonly Reason[]
  expansion: ExpansionBudget
  /** Whether a job hands variables on, in a dotenv report. */
  hasDotenv: boolean
  includedBy: ReadonlyMap<string, Reason>
  mistakes: Mistakes
}
