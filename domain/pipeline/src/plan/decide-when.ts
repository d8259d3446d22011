import type { PlanJob, Reason } from '@sluice/contracts/plan'
import type { JobDefinition } from '../read/job.ts'
import type { Rule } from '../read/rules.ts'
import { VariableScope } from '../variables/variable-scope.ts'
import { quote } from '../yaml/located.ts'
import { decideOnlyExcept } from './decide-only-except.ts'
import { decideRules } from './decide-rules.ts'
import { layersOf } from './job-scope.ts'
import type { PlanContext } from './plan-context.ts'

/** When a job runs, and why. */
export interface WhenDecision {
  rule: Rule | null
  when: PlanJob['when'] | 'never'
  startInMs: number | null
  allowFailure: PlanJob['allowFailure']
  reasons: Reason[]
}

/** Decides a job by its rules, else by `only` and `except`, else by its `when` alone. `never` is out. */
export function decideWhen(definition: JobDefinition, context: PlanContext): WhenDecision {
  return definition.rules === null ? byOnlyExcept(definition, context) : byRules(definition, definition.rules, context)
}

function byOnlyExcept(definition: JobDefinition, context: PlanContext): WhenDecision {
  const decision = withoutRules(definition)
  const { only, except } = definition
  const looksAtVariables = [only, except].some((policy) => policy !== null && policy.variables !== null)
  const scope = new VariableScope(looksAtVariables ? layersOf(definition, context) : [], context.expansion)
  const { trigger, projectPath, hasDefaultRefs, changed } = context
  const view = { scope, changed, trigger, projectPath, hasDefault: hasDefaultRefs }
  const { isIn, reasons } = decideOnlyExcept({ only, except, place: definition.place }, view)
  if (!isIn) return { ...decision, when: 'never', startInMs: null, reasons }
  return reasons.length === 0 ? decision : { ...decision, reasons: withOutcome(reasons, decision.when) }
}

/** The last reason, with what comes of it. */
function withOutcome(reasons: readonly Reason[], when: WhenDecision['when']): Reason[] {
  const last = reasons.at(-1)
  return last === undefined ? [] : [...reasons.slice(0, -1), { ...last, text: `${last.text} → when: ${when}` }]
}

/** Without rules a manual job may fail unless it says otherwise (GitLab's `allow_failure`). */
function withoutRules(definition: JobDefinition): WhenDecision {
  const { when, startInMs, whenPlace } = definition
  const text = whenPlace === null ? 'no rules: runs with when: on_success' : `no rules: when: ${when}`
  const reason: Reason = { kind: 'no-rules', text, position: whenPlace ?? definition.place }
  return { rule: null, when, startInMs, allowFailure: definition.allowFailure ?? when === 'manual', reasons: [reason] }
}

function byRules(definition: JobDefinition, rules: readonly Rule[], context: PlanContext): WhenDecision {
  const scope = new VariableScope(layersOf(definition, context), context.expansion)
  const { changed, files, elsewhere } = context
  const view = { scope, changed, files, elsewhere, subject: `job ${quote(definition.name)}` }
  const { rule, reasons } = decideRules(rules, view, 'rule')
  if (rule === null) {
    const text = rules.length === 0 ? 'rules is empty' : 'no rule matched'
    const none: Reason = { kind: 'no-match', text, position: definition.place }
    return { rule, when: 'never', startInMs: null, allowFailure: false, reasons: [...reasons, none] }
  }
  const when = rule.when ?? definition.when
  const startInMs = rule.startInMs ?? definition.startInMs
  // By GitLab's code the job's own `when` counts here, whatever the rule's.
  const allowFailure = rule.allowFailure ?? definition.allowFailure ?? definition.when === 'manual'
  return { rule, when, startInMs, allowFailure, reasons: withOutcome(reasons, when) }
}
