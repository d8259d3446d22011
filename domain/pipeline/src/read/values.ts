import type { SourcePosition } from '@sluice/contracts/plan'
import { parseDuration } from '@sluice/kernel'
import { hint } from '../nearest-name.ts'
import { describe, quote, type Located, type LocatedMap } from '../yaml/located.ts'
import type { Reading } from './reading.ts'

/** Reads one value; `keyword` is its name in messages. Reports a mistake and gives a stand-in when it is wrong. */
export type ReadValue<T> = (node: Located, keyword: string, reading: Reading) => T

export function wrongType(node: Located, keyword: string, wanted: string, reading: Reading): void {
  const message = `Cannot read ${keyword} of ${reading.subject}: it is ${describe(node)}; wanted ${wanted}`
  reading.mistakes.add('PIPELINE_WRONG_TYPE', node.place, message)
}

export function wrongValue(node: Located, keyword: string, wanted: string, reading: Reading): void {
  const message = `Cannot read ${keyword} of ${reading.subject}: it is ${describe(node)}; wanted ${wanted}`
  reading.mistakes.add('PIPELINE_WRONG_VALUE', node.place, message)
}

/** A regular expression that cannot be used. @param fault says why, as the end of a sentence */
export function wrongPattern(
  { written, place }: { written: string; place: SourcePosition },
  keyword: string,
  fault: string,
  reading: Reading,
): void {
  const message = `Cannot read ${keyword} of ${reading.subject}: regular expression ${quote(written)}: ${fault}`
  reading.mistakes.add('PIPELINE_PATTERN', place, message)
}

export function isText(node: Located): node is Located & { kind: 'scalar'; value: string } {
  return node.kind === 'scalar' && typeof node.value === 'string'
}

export function readText(node: Located, keyword: string, reading: Reading): string {
  if (isText(node)) return node.value
  wrongType(node, keyword, 'a text', reading)
  return ''
}

export function readBoolean(node: Located, keyword: string, reading: Reading): boolean {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value
  wrongType(node, keyword, 'true or false', reading)
  return false
}

export function readInteger(node: Located, keyword: string, range: [number, number], reading: Reading): number {
  const [min, max] = range
  const value = node.kind === 'scalar' ? node.value : null
  if (typeof value !== 'number' || !Number.isInteger(value)) wrongType(node, keyword, 'a whole number', reading)
  else if (value < min || value > max) wrongValue(node, keyword, `a whole number from ${min} to ${max}`, reading)
  else return value
  return min
}

/** One text of a fixed set; the first one stands in for a wrong one. */
export function choiceReader<const T extends string>(choices: readonly [T, ...T[]]): ReadValue<T> {
  return (node, keyword, reading) => {
    const text = isText(node) ? node.value : null
    const found = choices.find((choice) => choice === text)
    if (found !== undefined) return found
    if (text === null) wrongType(node, keyword, `one of: ${choices.join(', ')}`, reading)
    else reportChoice(node, text, keyword, choices, reading)
    return choices[0]
  }
}

function reportChoice(
  node: Located,
  text: string,
  keyword: string,
  choices: readonly string[],
  reading: Reading,
): void {
  const message = `Cannot read ${keyword} of ${reading.subject}: it is ${describe(node)}${hint(text, choices)}`
  const nearestGiven = message.includes('nearest name')
  reading.mistakes.add(
    'PIPELINE_WRONG_VALUE',
    node.place,
    nearestGiven ? `${message}; wanted one of: ${choices.join(', ')}` : message,
  )
}

export function readTextList(node: Located, keyword: string, reading: Reading): string[] {
  if (node.kind === 'list') return node.items.map((item) => readText(item, keyword, reading))
  wrongType(node, keyword, 'a list of texts', reading)
  return []
}

export function readTextOrList(node: Located, keyword: string, reading: Reading): string[] {
  if (isText(node)) return [node.value]
  if (node.kind === 'list') return readTextList(node, keyword, reading)
  wrongType(node, keyword, 'a text or a list of texts', reading)
  return []
}

/** A duration such as `1h 30m`, in milliseconds; a bare number is seconds. */
export function readDurationMs(node: Located, keyword: string, reading: Reading): number {
  const text = node.kind === 'scalar' && typeof node.value !== 'boolean' ? node.text : ''
  const durationMs = text.length <= 100 ? parseDuration(text) : null
  if (durationMs !== null && Number.isSafeInteger(durationMs)) return durationMs
  if (text === '') wrongType(node, keyword, 'a duration such as "1h 30m"', reading)
  else wrongValue(node, keyword, 'a duration such as "1h 30m"', reading)
  return 0
}

/** GitLab's limit of `start_in`: a week. */
const maxStartInMs = 604_800_000

/** How long a delayed job waits, in milliseconds. */
export function readStartIn(node: Located, keyword: string, reading: Reading): number {
  const startInMs = readDurationMs(node, keyword, reading)
  if (startInMs > maxStartInMs) wrongValue(node, keyword, 'one week at most', reading)
  return startInMs
}

export function readMap(node: Located, keyword: string, wanted: string, reading: Reading): LocatedMap | null {
  if (node.kind === 'map') return node
  wrongType(node, keyword, wanted, reading)
  return null
}

/** The items of a list whose items may be lists themselves, as `!reference` leaves them. */
export function flatItems(node: Located, depth: number): readonly Located[] {
  if (node.kind !== 'list') return [node]
  return node.items.flatMap((item) => (item.kind === 'list' && depth > 0 ? flatItems(item, depth - 1) : [item]))
}
