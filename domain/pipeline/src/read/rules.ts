import type { PlanVariable, SourcePosition } from '@sluice/contracts/plan'
import type { Expression } from '../expression/expression.ts'
import { parseExpression } from '../expression/parse-expression.ts'
import { limits } from '../limits.ts'
import { quote, type Located, type LocatedEntry } from '../yaml/located.ts'
import { readFields, type Keywords } from './fields.ts'
import { readNeeds, type NeedDefinition } from './needs.ts'
import type { Reading } from './reading.ts'
import { readAllowFailure, type AllowFailure } from './retry.ts'
import {
  choiceReader,
  flatItems,
  isText,
  readBoolean,
  readDurationMs,
  readMap,
  readTextList,
  wrongType,
  wrongValue,
} from './values.ts'
import { readVariables } from './variables.ts'

export type RuleWhen = 'on_success' | 'on_failure' | 'always' | 'manual' | 'delayed' | 'never'

/** One rule of a job, of `workflow` or of an include. `null` where the rule does not say. */
export interface Rule {
  /** `rules[2]`. */
  name: string
  place: SourcePosition
  if: { text: string; expression: Expression } | null
  changes: readonly string[] | null
  exists: readonly string[] | null
  when: RuleWhen | null
  startInMs: number | null
  allowFailure: AllowFailure | null
  variables: readonly PlanVariable[]
  needs: readonly NeedDefinition[] | null
  interruptible: boolean | null
}

/** Where rules stand decides which keywords they take. */
export type RulesOwner = 'job' | 'workflow' | 'include'

const keywordsOf: Record<RulesOwner, Keywords> = {
  job: {
    known: ['if', 'changes', 'exists', 'when', 'start_in', 'allow_failure', 'variables', 'needs', 'interruptible'],
  },
  workflow: { known: ['if', 'changes', 'exists', 'when', 'variables'], unsupported: ['auto_cancel'] },
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
  const items = flatItems(node, limits.scriptNesting)
  if (items.length > limits.rules) wrongValue(node, 'rules', `${limits.rules} rules at most`, reading)
  return items.slice(0, limits.rules).flatMap((item, index) => readRule(item, index, owner, reading))
}

function readRule(item: Located, index: number, owner: RulesOwner, reading: Reading): Rule[] {
  const name = `rules[${index}]`
  const map = readMap(item, name, 'a map with if, changes, exists or when', reading)
  if (map === null) return []
  const fields = readFields(map, keywordsOf[owner], name, reading)
  const field = <T>(key: string, read: (node: Located, keyword: string, reading: Reading) => T): T | null => {
    const entry = fields.get(key)
    return entry === undefined ? null : read(entry.value, `${name}:${key}`, reading)
  }
  const rule: Rule = {
    name,
    place: map.place,
    if: field('if', readCondition),
    changes: field('changes', readChanges),
    exists: field('exists', readExists),
    when: field('when', whenOf[owner]),
    startInMs: field('start_in', readDurationMs),
    allowFailure: field('allow_failure', readAllowFailure),
    variables: field('variables', readVariables) ?? [],
    needs: field('needs', readNeeds),
    interruptible: field('interruptible', readBoolean),
  }
  checkStart(rule, fields.get('start_in'), reading)
  return [rule]
}

function checkStart(rule: Rule, startIn: LocatedEntry | undefined, reading: Reading): void {
  if (rule.when !== 'delayed' && startIn !== undefined) {
    wrongValue(startIn.value, `${rule.name}:start_in`, 'when: delayed beside start_in', reading)
  }
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

function readChanges(node: Located, keyword: string, reading: Reading): string[] {
  return readPatterns(node, keyword, ['compare_to', 'regexp'], reading)
}

function readExists(node: Located, keyword: string, reading: Reading): string[] {
  return readPatterns(node, keyword, ['project', 'ref', 'regexp'], reading)
}

/** A list of globs, or a map with `paths`. */
function readPatterns(node: Located, keyword: string, unsupported: string[], reading: Reading): string[] {
  if (node.kind !== 'map') return limited(node, readTextList(node, keyword, reading), keyword, reading)
  const paths = readFields(node, { known: ['paths'], unsupported }, keyword, reading).get('paths')
  if (paths !== undefined) return limited(paths.value, readTextList(paths.value, keyword, reading), keyword, reading)
  if (!unsupported.some((key) => node.entries.has(key)))
    wrongType(node, keyword, 'a list of paths, or a map with paths', reading)
  return []
}

function limited(node: Located, patterns: string[], keyword: string, reading: Reading): string[] {
  if (patterns.length > limits.rules) wrongValue(node, keyword, `${limits.rules} patterns at most`, reading)
  return patterns.slice(0, limits.rules)
}
