import type { PlanVariable } from '@sluice/contracts/plan'
import { quote, type Located, type LocatedEntry } from '../yaml/located.ts'
import { readFields } from './fields.ts'
import type { Reading } from './reading.ts'
import { readBoolean, readText, readTextList, wrongType, wrongValue } from './values.ts'

/** `variables:` in the forms `KEY: value` and `KEY: { value, description, options, expand }`. */
export function readVariables(node: Located, keyword: string, reading: Reading): PlanVariable[] {
  if (node.kind !== 'map') {
    wrongType(node, keyword, 'a map of names and values', reading)
    return []
  }
  return [...node.entries].flatMap(([key, entry]) => readVariable(key, entry, `${keyword}:${key}`, reading))
}

function readVariable(key: string, entry: LocatedEntry, keyword: string, reading: Reading): PlanVariable[] {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) {
    const message = `Cannot read variable ${quote(key)} of ${reading.subject}: its name is not letters, digits and "_"`
    reading.mistakes.add('PIPELINE_WRONG_VALUE', entry.keyPlace, message)
    return []
  }
  const { value } = entry
  if (value.kind === 'scalar') return [{ key, value: value.text }]
  if (value.kind === 'map') return readForm(key, value, keyword, reading)
  wrongType(value, keyword, 'a text, a number, true, false or a map with value', reading)
  return []
}

const formKeywords = { known: ['value', 'description', 'options', 'expand'] }

function readForm(key: string, form: Located & { kind: 'map' }, keyword: string, reading: Reading): PlanVariable[] {
  const fields = readFields(form, formKeywords, keyword, reading)
  const description = fields.get('description')
  if (description !== undefined) readText(description.value, `${keyword}:description`, reading)
  const options = fields.get('options')
  const choices = options === undefined ? null : readTextList(options.value, `${keyword}:options`, reading)
  const value = readFormValue(fields.get('value')?.value, keyword, reading)
  if (choices !== null && value !== null && !choices.includes(value)) {
    wrongValue(
      fields.get('value')?.value ?? form,
      `${keyword}:value`,
      `one of its options: ${choices.join(', ')}`,
      reading,
    )
  }
  const expand = fields.get('expand')
  const raw = expand !== undefined && !readBoolean(expand.value, `${keyword}:expand`, reading)
  return [raw ? { key, value: value ?? '', raw } : { key, value: value ?? '' }]
}

function readFormValue(node: Located | undefined, keyword: string, reading: Reading): string | null {
  if (node === undefined) return null
  if (node.kind === 'scalar') return node.text
  wrongType(node, `${keyword}:value`, 'a text, a number, true or false', reading)
  return null
}
