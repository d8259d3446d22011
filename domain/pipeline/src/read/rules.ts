import type { PlanVariable, SourcePosition } from '@sluice/contracts/plan'
import type { Expression } from '../expression/expression.ts'
import { parseExpression } from '../expression/parse-expression.ts'
import { limits } from '../limits.ts'
import { quote, type Located, type LocatedEntry } from '../yaml/located.ts'
import { readAutoCancel, type AutoCancel } from './auto-cancel.ts'
import { fieldReader } from './field-reader.ts'
import { readFields, type Keywords } from './fields.ts'
import { readNeeds, type NeedDefinition } from './needs.ts'
import { readChanges, readExists, type ChangesCondition, type ExistsCondition } from './path-conditions.ts'
import type { Reading } from './reading.ts'
import { choiceReader, flatItems, isText, readBoolean, readMap, readStartIn, wrongType, wrongValue } from './values.ts'
import { readUpstreamNeeds, type UpstreamNeed } from './upstream-needs.ts'
import { readVariables } from './variables.ts'

export type RuleWhen = 'on_success' | 'on_failure' | 'always' | 'manual' | 'delayed' | 'never'

/** One rule of a job, of `workflow` or of an include. `null` where the rule does not say. */
export interface Rule {
  /** `rules[2]`. */
  name: string
  place: SourcePosition
  if: { text: string; expression: Expression } | null
  changes: ChangesCondition | null
  exists: ExistsCondition | null
  when: RuleWhen | null
  startInMs: number | null
  allowFailure: boolean | null
  variables: readonly PlanVariable[]
  needs: readonly NeedDefinition[] | null
  /** Needs on jobs of pipelines above; they count where `needs` is given. */
  upstreamNeeds: readonly UpstreamNeed[]
  interruptible: boolean | null
  /** Of a workflow's rule. */
  autoCancel: AutoCancel | null
}

/** Where rules stand decides which keywords they take. */
export type RulesOwner = 'job' | 'workflow' | 'include'

const keywordsOf: Record<RulesOwner, Keywords> = {
  job: {
    known: ['if', 'changes', 'exists', 'when', 'start_in', 'allow_failure', 'variables', 'needs', 'interruptible'],
  },
  workflow: { known: ['if', 'changes', 'exists', 'when', 'variables', 'auto_cancel'] },
  include: { known: ['if', 'changes', 'exists', 'when'] },
}

const whenOf = {
  job: choiceReader<RuleWhen>(['on_success', 'on_failure', 'always', 'manual', 'delayed', 'never']),
  workflow: choiceReader<RuleWhen>(['always', 'never']),
  include: choiceReader<RuleWhen>(['always', 'never']),
}

/** `rules:`; nested lists, as `!reference` leaves them, are made flat. */
export function readRules(node: Located, owner: RulesOwner, reading: Reading): Rule[] {
  if (node.kind !== 'list') {
    wrongType(node, 'rules', 'a list of rules', reading)
    return []
  }
  if (node.items.length === 0) wrongValue(node, 'rules', 'at least one rule', reading)
  const items = flatItems(node, limits.scriptNesting)
  if (items.length > limits.rules) wrongValue(node, 'rules', `${limits.rules} rules at most`, reading)
  return items.slice(0, limits.rules).flatMap((item, index) => readRule(item, index, owner, reading))
}

function readRule(item: Located, index: number, owner: RulesOwner, reading: Reading): Rule[] {
  const name = `rules[${index}]`
  const map = readMap(item, name, 'a map with if, changes, exists or when', reading)
  if (map === null) return []
  if (map.entries.size === 0) wrongType(map, name, 'a map with if, changes, exists or when', reading)
  const fields = readFields(map, keywordsOf[owner], name, reading)
  const field = fieldReader(fields, name, reading)
  const rule: Rule = {
    name,
    place: map.place,
    if: field('if', null, readCondition),
    changes: field('changes', null, readChanges),
    exists: field('exists', null, readExists),
    when: field('when', null, whenOf[owner]),
    startInMs: field('start_in', null, readStartIn),
    allowFailure: field('allow_failure', null, readBoolean),
    variables: field('variables', [], readVariables),
    needs: field('needs', null, readNeeds),
    upstreamNeeds: field('needs', [], readUpstreamNeeds),
    interruptible: field('interruptible', null, readBoolean),
    autoCancel: field('auto_cancel', null, readAutoCancel),
  }
  checkStart(rule, fields, reading)
  return [rule]
}

function checkStart(rule: Rule, fields: ReadonlyMap<string, LocatedEntry>, reading: Reading): void {
  const [when, startIn] = [fields.get('when'), fields.get('start_in')]
  if (rule.when !== 'delayed' && startIn !== undefined)
    wrongValue(startIn.value, `${rule.name}:start_in`, 'when: delayed beside start_in', reading)
  if (rule.when === 'delayed' && when !== undefined && startIn === undefined)
    wrongValue(when.value, `${rule.name}:when`, 'start_in beside when: delayed', reading)
}

/** An expression; `null` with a mistake where it cannot be read. */
export function readCondition(node: Located, keyword: string, reading: Reading): Rule['if'] {
  if (!isText(node)) {
    wrongType(node, keyword, 'an expression', reading)
    return null
  }
  const result = parseExpression(node.value)
  if (result.ok) return { text: node.value.trim(), expression: result.expression }
  const at = result.offset > 0 ? ` at character ${result.offset + 1}` : ''
  const message = `Cannot read ${keyword} of ${reading.subject}: expression ${quote(node.value)}${at}: ${result.fault}`
  reading.mistakes.add(result.code, node.place, message)
  return null
}
