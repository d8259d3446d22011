import type { PlanVariable, SourcePosition } from '@sluice/contracts/plan'
import { limits } from '../limits.ts'
import { quote, type Located, type LocatedEntry, type LocatedMap } from '../yaml/located.ts'
import { readFields } from './fields.ts'
import type { Reading } from './reading.ts'
import { readInteger, wrongType, wrongValue } from './values.ts'

/** `parallel:` of a job. */
export interface Parallel {
  place: SourcePosition
  /** How many jobs; the same jobs for `parallel: N`. */
  total: number
  /** The variables of each job, in order; `null` for `parallel: N`. */
  combinations: readonly (readonly PlanVariable[])[] | null
}

/** `parallel: N` from 1 to 200, or `parallel: { matrix }` with as many combinations at most. */
export function readParallel(node: Located, keyword: string, reading: Reading): Parallel | null {
  if (node.kind === 'map') return readMatrixForm(node, keyword, reading)
  if (node.kind !== 'scalar' || typeof node.value !== 'number') {
    wrongType(node, keyword, 'a whole number from 1 to 200, or a map with matrix', reading)
    return null
  }
  const total = readInteger(node, keyword, [1, limits.parallel], reading)
  return { place: node.place, total, combinations: null }
}

function readMatrixForm(map: LocatedMap, keyword: string, reading: Reading): Parallel | null {
  const matrix = readFields(map, { known: ['matrix'] }, keyword, reading).get('matrix')
  if (matrix === undefined) {
    wrongType(map, keyword, 'a map with matrix', reading)
    return null
  }
  const combinations = readMatrix(matrix.value, `${keyword}:matrix`, reading)
  return { place: map.place, total: combinations.length, combinations }
}

/** What GitLab adds to the name of a job for one combination: `: [aws, app1]`. */
export function instanceEnding(combination: readonly PlanVariable[]): string {
  return `: [${combination.map(({ value }) => value).join(', ')}]`
}

/** A list of maps; every map gives all combinations of its values, the last name counting fastest. */
export function readMatrix(node: Located, keyword: string, reading: Reading): PlanVariable[][] {
  if (node.kind !== 'list' || node.items.length === 0) {
    wrongType(node, keyword, 'a list of maps of variables', reading)
    return []
  }
  const combinations: PlanVariable[][] = []
  for (const item of node.items) {
    const rows = readRow(item, keyword, reading)
    const count = rows.reduce((product, { values }) => product * values.length, 1)
    if (combinations.length + count > limits.parallel) {
      wrongValue(item, keyword, `${limits.parallel} combinations at most in all`, reading)
      return combinations
    }
    if (rows.length > 0) combinations.push(...product(rows))
  }
  return combinations
}

interface Row {
  key: string
  values: readonly string[]
}

function readRow(item: Located, keyword: string, reading: Reading): Row[] {
  if (item.kind !== 'map' || item.entries.size === 0) {
    wrongType(item, keyword, 'a map of variables and their values', reading)
    return []
  }
  if (item.entries.size > limits.matrixVariables) {
    wrongValue(item, keyword, `${limits.matrixVariables} variables at most`, reading)
    return []
  }
  return [...item.entries].map(([key, entry]) => ({ key, values: readValues(key, entry, keyword, reading) }))
}

function readValues(key: string, entry: LocatedEntry, keyword: string, reading: Reading): string[] {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) {
    const message = `Cannot read ${keyword} of ${reading.subject}: variable ${quote(key)} is not letters, digits and "_"`
    reading.mistakes.add('PIPELINE_WRONG_VALUE', entry.keyPlace, message)
  }
  const { value } = entry
  const items = value.kind === 'list' ? value.items : [value]
  if (items.length === 0) wrongValue(value, `${keyword}:${key}`, 'at least one value', reading)
  return items.map((item) => {
    if (item.kind === 'scalar' && item.value !== null && typeof item.value !== 'boolean') return item.text
    wrongType(item, `${keyword}:${key}`, 'a text, a number, or a list of them', reading)
    return ''
  })
}

function product(rows: readonly Row[]): PlanVariable[][] {
  let combinations: PlanVariable[][] = [[]]
  for (const { key, values } of rows) {
    combinations = combinations.flatMap((before) => values.map((value) => [...before, { key, value }]))
  }
  return combinations
}
