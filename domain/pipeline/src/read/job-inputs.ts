import type { JobInputValue, PlanJobInput } from '@sluice/contracts/plan'
import { parseInputRegex } from '../expression/pattern.ts'
import { quote, type Located } from '../yaml/located.ts'
import { readFields } from './fields.ts'
import type { Reading } from './reading.ts'
import { choiceReader, readMap, readText, wrongPattern, wrongType, wrongValue } from './values.ts'

const inputKeywords = { known: ['type', 'description', 'options', 'regex', 'default'] }
const readType = choiceReader<PlanJobInput['type']>(['string', 'number', 'boolean', 'array'])

/** `inputs:` of a job; each has a default (GitLab's job inputs). */
export function readJobInputs(node: Located, keyword: string, reading: Reading): Record<string, PlanJobInput> {
  const map = readMap(node, keyword, 'a map of names and inputs', reading)
  const inputs: [string, PlanJobInput][] = []
  for (const [name, { keyPlace, value }] of map?.entries ?? []) {
    if (/^[A-Za-z0-9_-]+$/.test(name)) {
      const input = readInput(value, `${keyword}:${name}`, reading)
      if (input !== null) inputs.push([name, input])
    } else {
      const message = `Cannot read ${keyword} of ${reading.subject}: the name ${quote(name)} is not letters, digits, "_" and "-"`
      reading.mistakes.add('PIPELINE_WRONG_VALUE', keyPlace, message)
    }
  }
  return Object.fromEntries(inputs)
}

function readInput(node: Located, keyword: string, reading: Reading): PlanJobInput | null {
  const map = readMap(node, keyword, 'a map with default', reading)
  if (map === null) return null
  const fields = readFields(map, inputKeywords, keyword, reading)
  const get = (key: string): Located | undefined => fields.get(key)?.value
  const [type, description, options, regex, byDefault] = [
    get('type'),
    get('description'),
    get('options'),
    get('regex'),
    get('default'),
  ]
  if (byDefault === undefined) {
    wrongType(node, keyword, 'a map with default', reading)
    return null
  }
  const kind = type === undefined ? 'string' : readType(type, `${keyword}:type`, reading)
  const value = readValue(byDefault, kind, `${keyword}:default`, reading)
  const input: PlanJobInput = {
    type: kind,
    value,
    ...(description === undefined ? {} : { description: readText(description, `${keyword}:description`, reading) }),
    ...(options === undefined ? {} : { options: readOptions(options, kind, `${keyword}:options`, reading) }),
    ...(regex === undefined ? {} : { regex: readText(regex, `${keyword}:regex`, reading) }),
  }
  checkOptions(input, byDefault, `${keyword}:default`, reading)
  if (regex !== undefined) checkRegex(input, { regex, byDefault }, keyword, reading)
  return input
}

function readOptions(node: Located, type: PlanJobInput['type'], keyword: string, reading: Reading): JobInputValue[] {
  if (node.kind === 'list') return node.items.map((item) => readValue(item, type, keyword, reading))
  wrongType(node, keyword, 'a list of values', reading)
  return []
}

function readValue(node: Located, type: PlanJobInput['type'], keyword: string, reading: Reading): JobInputValue {
  const value = valueOf(node, 0)
  const fits = type === 'array' ? Array.isArray(value) : typeof value === type
  if (value !== null && fits) return value
  wrongType(node, keyword, `a value of type ${type}`, reading)
  return ''
}

const arrayDepth = 10

/** `null` where it is nothing, a map or nested too deep. */
function valueOf(node: Located, depth: number): JobInputValue | null {
  if (node.kind === 'scalar') return node.value
  if (node.kind !== 'list' || depth >= arrayDepth) return null
  const items = node.items.map((item) => valueOf(item, depth + 1))
  return items.every((item) => item !== null) ? items : null
}

function checkOptions({ value, options }: PlanJobInput, node: Located, keyword: string, reading: Reading): void {
  if (options === undefined || options.some((option) => option === value)) return
  wrongValue(node, keyword, `one of its options: ${options.map(inputText).join(', ')}`, reading)
}

function checkRegex(
  { value, regex = '' }: PlanJobInput,
  nodes: { regex: Located; byDefault: Located },
  keyword: string,
  reading: Reading,
): void {
  const result = parseInputRegex(regex)
  if (!result.ok) wrongPattern({ written: regex, place: nodes.regex.place }, `${keyword}:regex`, result.fault, reading)
  else if (typeof value === 'string' && !result.pattern.matches(value))
    wrongValue(nodes.byDefault, `${keyword}:default`, `a text that matches ${quote(regex)}`, reading)
}

/** An input as it stands in a script: a list as JSON. */
export function inputText(value: JobInputValue): string {
  return Array.isArray(value) ? JSON.stringify(value) : String(value)
}
