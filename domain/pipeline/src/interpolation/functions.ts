import { hint } from '../nearest-name.ts'
import { replaceReferences } from '../variables/expand.ts'
import { isText } from '../read/values.ts'
import { describe, locatedList, locatedScalar, quote, type Located } from '../yaml/located.ts'

/** What `expand_vars` looks a variable up in: its value as it was set, `null` when it is unknown. */
export type FindVariable = (name: string) => { value: string; masked: boolean } | null

export type FunctionResult = { ok: true; value: Located } | { ok: false; fault: string }

const functionNames = ['expand_vars', 'truncate', 'posix_escape', 'split'] as const
type FunctionName = (typeof functionNames)[number]

/** Applies one function of an interpolation block, as it is written there, such as `truncate(0,8)`. */
export function applyFunction(written: string, value: Located, find: FindVariable): FunctionResult {
  const match = /^([a-z_]*)(?:\((.*)\))?$/s.exec(written)
  const name = functionNames.find((candidate) => candidate === match?.[1])
  if (match === null || name === undefined) {
    return { ok: false, fault: `function ${quote(written)} is unknown${hint(match?.[1] ?? written, functionNames)}` }
  }
  if (!isText(value)) {
    return { ok: false, fault: `function ${name} is given ${describe(value)}; wanted a text` }
  }
  return applyTo(name, match[2], value, find)
}

function applyTo(
  name: FunctionName,
  given: string | undefined,
  value: Located & { kind: 'scalar'; value: string },
  find: FindVariable,
): FunctionResult {
  if (name === 'truncate') return truncate(given, value)
  if (name === 'split') return split(given, value)
  if (given !== undefined) return { ok: false, fault: `function ${name} is given (${given}); wanted it without` }
  if (name === 'posix_escape') return { ok: true, value: locatedScalar(posixEscape(value.value), value.place) }
  return expandVariables(value, find)
}

/** As Ruby's `text[offset, length]`: by characters, empty where the text has ended. */
function truncate(given: string | undefined, { value, place }: Located & { value: string }): FunctionResult {
  const numbers = /^\s*(\d{1,9})\s*,\s*(\d{1,9})\s*$/.exec(given ?? '')
  if (numbers === null) {
    return { ok: false, fault: 'function truncate has no two whole numbers; wanted truncate(offset,length)' }
  }
  const offset = Number(numbers[1])
  const letters = Array.from(value).slice(offset, offset + Number(numbers[2]))
  return { ok: true, value: locatedScalar(letters.join(''), place) }
}

function split(given: string | undefined, { value, place }: Located & { value: string }): FunctionResult {
  const separator = /^'([^']+)'$/.exec(given ?? '')?.[1]
  if (separator === undefined) {
    return { ok: false, fault: "function split has no separator in single quotes; wanted split(',')" }
  }
  const pieces = value
    .split(separator)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')
  return {
    ok: true,
    value: locatedList(
      pieces.map((piece) => locatedScalar(piece, place)),
      place,
    ),
  }
}

/** Each reference once, not again in what was put in; unknown ones stay. */
function expandVariables({ value, place }: Located & { value: string }, find: FindVariable): FunctionResult {
  let masked: string | null = null
  const expanded = replaceReferences(value, (name) => {
    const variable = find(name)
    if (variable?.masked === true) masked ??= name
    return variable?.value ?? null
  })
  if (masked !== null) {
    return {
      ok: false,
      fault: `function expand_vars meets $${String(masked)}, which is masked; wanted one that is not`,
    }
  }
  return { ok: true, value: locatedScalar(expanded, place) }
}

/** As Ruby's `Shellwords.escape`, which GitLab uses. */
function posixEscape(text: string): string {
  if (text === '') return "''"
  return text.replaceAll(/[^A-Za-z0-9_\-.,:+/@\n]/gu, (letter) => `\\${letter}`).replaceAll('\n', "'\n'")
}
