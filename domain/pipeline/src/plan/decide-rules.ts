import type { Reason } from '@sluice/contracts/plan'
import { evaluateExpression, variablesOf } from '../expression/evaluate-expression.ts'
import type { Rule } from '../read/rules.ts'
import { changesClause, existsClause, type Clause, type RulesView } from './path-clauses.ts'

export interface RulesDecision {
  /** The first rule that matched. */
  rule: Rule | null
  /** One for each rule that was looked at, in order. */
  reasons: Reason[]
}

/** Looks for the first rule whose conditions all hold. */
export function decideRules(rules: readonly Rule[], view: RulesView, kind: Reason['kind']): RulesDecision {
  const reasons: Reason[] = []
  for (const rule of rules) {
    const { matched, reason } = decideRule(rule, view, kind)
    reasons.push(reason)
    if (matched) return { rule, reasons }
  }
  return { rule: null, reasons }
}

function decideRule(rule: Rule, view: RulesView, kind: Reason['kind']): { matched: boolean; reason: Reason } {
  const clauses = clausesOf(rule, view)
  const matched = clauses.every(({ holds }) => holds)
  const told = matched ? clauses : clauses.filter(({ holds }) => !holds)
  const text = clauses.length === 0 ? 'it has no condition' : told.map((clause) => clause.text).join('; ')
  const names = rule.if === null ? [] : variablesOf(rule.if.expression)
  const reason: Reason = {
    kind,
    text: `${rule.name} ${matched ? 'matched' : 'did not match'}: ${text}`,
    position: rule.place,
  }
  if (names.length > 0) reason.values = Object.fromEntries(names.map((name) => [name, view.scope.shown(name)]))
  return { matched, reason }
}

function clausesOf(rule: Rule, view: RulesView): Clause[] {
  const clauses: Clause[] = []
  if (rule.if !== null) {
    const holds = evaluateExpression(rule.if.expression, (name) => view.scope.written(name))
    clauses.push({ holds, text: rule.if.text })
  }
  if (rule.changes !== null) clauses.push(changesClause(rule, rule.changes, view))
  if (rule.exists !== null) clauses.push(existsClause(rule, rule.exists, view))
  return clauses
}
