import type { SourcePosition } from '@sluice/contracts/plan'
import { parseInputRegex, type Pattern } from '../expression/pattern.ts'
import { limits } from '../limits.ts'
import { readFields } from '../read/fields.ts'
import type { Reading } from '../read/reading.ts'
import { choiceReader, readMap, readText, wrongPattern, wrongType, wrongValue } from '../read/values.ts'
import { quote, type Located, type LocatedEntry } from '../yaml/located.ts'
import { readInputCondition, type InputCondition } from './input-condition.ts'

const inputTypes = ['string', 'number', 'boolean', 'array'] as const
export type InputType = (typeof inputTypes)[number]

/** One input of `spec:inputs`. */
export interface InputDefinition {
  name: string
  place: SourcePosition
  type: InputType
  /** `null` without one: then the input has to be given. `default: null` is a scalar of nothing. */
  default: Located | null
  options: readonly Located[] | null
  regex: Pattern | null
  rules: readonly InputRule[] | null
}

/** One of `spec:inputs:rules`: options and default that hold under a condition. */
export interface InputRule {
  place: SourcePosition
  /** `null` holds always. */
  if: InputCondition | null
  options: readonly Located[] | null
  default: Located | null
}

const inputKeywords = { known: ['default', 'description', 'options', 'regex', 'rules', 'type'] }
const ruleKeywords = { known: ['if', 'options', 'default'] }
const readType = choiceReader<InputType>(inputTypes)

/** `inputs:` of a header or of a file that `spec:include` names. */
export function readInputDefinitions(node: Located, reading: Reading): InputDefinition[] {
  if (node.kind === 'scalar' && node.value === null) return []
  const map = readMap(node, 'inputs', 'a map of names and definitions', reading)
  return map === null ? [] : [...map.entries].map(([name, entry]) => readInput(name, entry, reading))
}

function readInput(name: string, { keyPlace, value }: LocatedEntry, above: Reading): InputDefinition {
  const reading = { ...above, subject: `input ${quote(name)}` }
  const input: InputDefinition = {
    name,
    place: keyPlace,
    type: 'string',
    default: null,
    options: null,
    regex: null,
    rules: null,
  }
  if (value.kind === 'scalar' && value.value === null) return input
  const map = readMap(
    value,
    'the definition',
    'a map with default, description, options, regex, rules or type',
    reading,
  )
  if (map === null) return input
  const fields = readFields(map, inputKeywords, '', reading)
  const [description, options, type] = [fields.get('description'), fields.get('options'), fields.get('type')]
  const [regex, rules] = [fields.get('regex'), fields.get('rules')]
  if (description !== undefined) readText(description.value, 'description', reading)
  if (type !== undefined) input.type = readType(type.value, 'type', reading)
  input.default = map.entries.get('default')?.value ?? null
  if (options !== undefined) input.options = readOptions(options.value, 'options', reading)
  if (regex !== undefined) input.regex = readRegex(regex.value, reading)
  if (rules !== undefined) input.rules = readInputRules(rules.value, reading)
  checkInput(input, map.entries, reading)
  return input
}

function checkInput(input: InputDefinition, entries: ReadonlyMap<string, LocatedEntry>, reading: Reading): void {
  const at = (keyword: string): Located | undefined => entries.get(keyword)?.value
  const [options, regex] = [at('options'), at('regex')]
  if (input.type === 'boolean' && options !== undefined && input.options !== null)
    wrongValue(options, 'options', 'type string, number or array beside options', reading)
  if (input.type !== 'string' && regex !== undefined && input.regex !== null)
    wrongValue(regex, 'regex', 'type string beside regex', reading)
  if (input.rules === null) return
  for (const keyword of ['options', 'default']) {
    const node = at(keyword)
    if (node !== undefined) wrongValue(node, keyword, `${keyword} in each of rules, not beside rules`, reading)
  }
}

function readOptions(node: Located, keyword: string, reading: Reading): readonly Located[] | null {
  if (node.kind !== 'list') {
    wrongType(node, keyword, 'a list of values', reading)
    return null
  }
  if (node.items.length <= limits.inputOptions) return node.items
  wrongValue(node, keyword, `${limits.inputOptions} options at most`, reading)
  return node.items.slice(0, limits.inputOptions)
}

function readRegex(node: Located, reading: Reading): Pattern | null {
  const source = readText(node, 'regex', reading)
  if (source === '') return null
  const result = parseInputRegex(source)
  if (result.ok) return result.pattern
  wrongPattern({ written: source, place: node.place }, 'regex', result.fault, reading)
  return null
}

function readInputRules(node: Located, reading: Reading): InputRule[] | null {
  if (node.kind !== 'list') {
    wrongType(node, 'rules', 'a list of rules', reading)
    return null
  }
  if (node.items.length > limits.rules) wrongValue(node, 'rules', `${limits.rules} rules at most`, reading)
  return node.items.slice(0, limits.rules).flatMap((item, index) => readRule(item, `rules[${index}]`, reading))
}

function readRule(item: Located, name: string, reading: Reading): InputRule[] {
  const map = readMap(item, name, 'a map with if, options or default', reading)
  if (map === null) return []
  const fields = readFields(map, ruleKeywords, name, reading)
  const [condition, options] = [fields.get('if'), fields.get('options')]
  const rule: InputRule = {
    place: map.place,
    if: condition === undefined ? null : readInputCondition(condition.value, `${name}:if`, reading),
    options: options === undefined ? null : readOptions(options.value, `${name}:options`, reading),
    default: map.entries.get('default')?.value ?? null,
  }
  if (condition === undefined && (rule.options?.length ?? 0) === 0)
    wrongValue(map, name, 'options in a rule without if', reading)
  else if (rule.options === null && rule.default === null)
    wrongValue(map, name, 'options or default beside if', reading)
  else if (rule.options !== null && rule.default === null) wrongValue(map, name, 'default beside options', reading)
  return [rule]
}
