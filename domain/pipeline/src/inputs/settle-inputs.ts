import type { SourcePosition } from '@sluice/contracts/plan'
import { limits } from '../limits.ts'
import type { Mistakes } from '../mistakes.ts'
import { hint } from '../nearest-name.ts'
import { describe, locatedScalar, quote, type Located } from '../yaml/located.ts'
import { jsonValue } from './json-value.ts'
import type { InputDefinition, InputRule, InputType } from './input-definition.ts'

/** Values that are given to the inputs of a file. */
export interface GivenInputs {
  /** What is done with the file, as messages begin: `Cannot include "ci/build.yml"`. */
  action: string
  /** Where they are given; for one that is missing, too. */
  place: SourcePosition
  values: ReadonlyMap<string, { value: Located; place: SourcePosition }>
}

/**
 * The value of every input: what is given, else its default. In the order of the definitions, as GitLab does: a rule
 * sees what earlier inputs are, and of later ones what is given.
 */
export function settleInputs(
  definitions: readonly InputDefinition[],
  given: GivenInputs,
  mistakes: Mistakes,
): ReadonlyMap<string, Located> {
  const known = new Map(definitions.map((definition) => [definition.name, definition]))
  for (const [name, { place }] of given.values) {
    if (known.has(name)) continue
    const wanted =
      known.size === 0 ? '; it defines no inputs under spec:inputs' : mistakes.hint(name, () => [...known.keys()])
    mistakes.add('PIPELINE_INPUT_UNKNOWN', place, `${given.action}: input ${quote(name)} is not defined${wanted}`)
  }
  checkRules(definitions, known, mistakes)
  const settled = new Map<string, Located>()
  const textOf = (name: string): string | null => {
    const value = settled.get(name) ?? given.values.get(name)?.value
    return value?.kind === 'scalar' && value.value !== null ? value.text : null
  }
  for (const definition of definitions) settled.set(definition.name, settle(definition, textOf, given, mistakes))
  return settled
}

function settle(
  definition: InputDefinition,
  textOf: (name: string) => string | null,
  given: GivenInputs,
  mistakes: Mistakes,
): Located {
  const rule = definition.rules?.find((candidate) => candidate.if?.holds(textOf) ?? true) ?? null
  const bounds = definition.rules === null ? definition : (rule ?? { options: null, default: null })
  const standard = bounds.default
  const wrong = (value: Located, place: SourcePosition, action: string): boolean => {
    const fault = faultOf(definition, bounds.options, value)
    if (fault !== null) mistakes.add('PIPELINE_INPUT_VALUE', place, `${action} ${fault}`)
    return fault !== null
  }
  const fallback = standard === null ? null : converted(definition.type, standard)
  const isWrongDefault =
    fallback !== null && wrong(fallback, fallback.place, `Cannot read default of input ${quote(definition.name)}: it`)
  const own = given.values.get(definition.name)
  if (own !== undefined && !isNothing(own.value)) {
    const value = converted(definition.type, own.value)
    wrong(value, own.place, `${given.action}: input ${quote(definition.name)}`)
    return value
  }
  if (fallback !== null && !isWrongDefault) return fallback
  if (fallback === null && isRequired(definition)) reportMissing(definition, given, mistakes)
  return locatedScalar('', definition.place)
}

/** With rules, a default of any of them makes the input optional. */
function isRequired({ type, rules }: InputDefinition): boolean {
  return rules === null || type !== 'string' || !rules.some((rule) => rule.default !== null)
}

function reportMissing(definition: InputDefinition, given: GivenInputs, mistakes: Mistakes): void {
  const message = `${given.action}: input ${quote(definition.name)} is not given and has no default; wanted ${wantedOf(definition.type)}`
  mistakes.add('PIPELINE_INPUT_MISSING', given.place, message)
}

const wantedByType = { string: 'a text', number: 'a number', boolean: 'true or false', array: 'a list' } as const

function wantedOf(type: InputType): string {
  return wantedByType[type]
}

/** A text takes in numbers and booleans; the other types take in texts that spell them as JSON. */
function converted(type: InputType, node: Located): Located {
  if (node.kind !== 'scalar') return node
  if (type === 'string') return locatedScalar(node.text, node.place)
  if (typeof node.value !== 'string') return node
  return jsonValue(node.value, node.place) ?? node
}

function isOfType(type: InputType, value: Located): boolean {
  if (type === 'array') return value.kind === 'list'
  return value.kind === 'scalar' && typeof value.value === type
}

/** How a value breaks its definition, as the end of a sentence about the input; `null` when it does not. */
function faultOf(definition: InputDefinition, options: readonly Located[] | null, value: Located): string | null {
  const { type, regex } = definition
  if (!isOfType(type, value)) return `is ${describe(value)}; wanted ${wantedOf(type)}`
  if (value.kind === 'list' && value.items.some((item) => item.kind === 'reference'))
    return 'has a !reference in it; wanted plain values'
  if (options !== null) {
    const foreign = foreignIn(options, value)
    if (foreign !== null) return `is ${describe(foreign)}; wanted ${oneOf(foreign, options)}`
  }
  if (regex !== null && value.kind === 'scalar' && !regex.matches(value.text))
    return `is ${describe(value)}; wanted a text that matches ${regex.source}`
  return null
}

function foreignIn(options: readonly Located[], value: Located): Located | null {
  const allowed = new Set(options.map(spelled))
  const values = value.kind === 'list' ? value.items : [value]
  return values.find((item) => !allowed.has(spelled(item))) ?? null
}

const spelled = (node: Located): string => (node.kind === 'scalar' ? node.text : JSON.stringify(describe(node)))

function oneOf(foreign: Located, options: readonly Located[]): string {
  const texts = options.slice(0, 16).map(spelled)
  const more = options.length > texts.length ? ', …' : ''
  const nearest = foreign.kind === 'scalar' ? hint(foreign.text, texts) : ''
  return `one of: ${texts.join(', ')}${more}${nearest.startsWith('; nearest') ? nearest : ''}`
}

function isNothing(node: Located): boolean {
  return node.kind === 'scalar' && node.value === null
}

/** GitLab refuses rules that name no input of the file, and circles of them. */
function checkRules(
  definitions: readonly InputDefinition[],
  known: ReadonlyMap<string, InputDefinition>,
  mistakes: Mistakes,
): void {
  for (const { name, rules } of definitions) for (const rule of rules ?? []) checkNames(name, rule, known, mistakes)
  const done = new Set<string>()
  for (const definition of definitions) findCircle(definition, known, [], done, mistakes)
}

function checkNames(
  name: string,
  rule: InputRule,
  known: ReadonlyMap<string, InputDefinition>,
  mistakes: Mistakes,
): void {
  for (const input of rule.if?.inputs ?? []) {
    if (known.has(input)) continue
    const nearest = mistakes.hint(input, () => [...known.keys()])
    const message = `Cannot read rules of input ${quote(name)}: input ${quote(input)} is not defined${nearest}`
    mistakes.add('PIPELINE_INPUT_UNKNOWN', rule.place, message)
  }
}

function findCircle(
  definition: InputDefinition,
  known: ReadonlyMap<string, InputDefinition>,
  path: readonly string[],
  done: Set<string>,
  mistakes: Mistakes,
): void {
  const { name, place, rules } = definition
  const from = path.indexOf(name)
  if (from !== -1 || path.length > limits.extendsNames) {
    const circle = [...path.slice(Math.max(0, from)), name].slice(0, 20).join(' → ')
    mistakes.add(
      'PIPELINE_INPUT_CYCLE',
      place,
      `Cannot read rules of input ${quote(name)}: it depends on itself: ${circle}`,
    )
    return
  }
  if (done.has(name)) return
  const below = new Set((rules ?? []).flatMap((rule) => rule.if?.inputs ?? []))
  for (const input of below) {
    const next = known.get(input)
    if (next !== undefined) findCircle(next, known, [...path, name], done, mistakes)
  }
  done.add(name)
}
