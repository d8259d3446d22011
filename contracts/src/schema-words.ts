import type { z } from 'zod'

/**
 * What is wrong with a value that came from outside, in our own words: what it is, then what was wanted. For `safeParse`, as
 * `{ error: schemaWords }`; a schema's own text comes before it. Quotes a value only where one of a few was wanted: others may
 * be long, or secret.
 */
export function schemaWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `it is ${kindOf(issue.input)}; wanted ${kinds[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `it is ${quoted(issue.input)}; wanted ${oneOf(issue.values)}`
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options)
        ? `it is ${quoted(chosenBy(issue))}; wanted ${oneOf(issue.options)}`
        : `it is ${kindOf(issue.input)}, which does not fit here`
    case 'too_small':
      return `it ${amountOf(issue)}; wanted ${amount(issue.origin, issue.minimum)} at least`
    case 'too_big':
      return `it ${amountOf(issue)}; wanted ${amount(issue.origin, issue.maximum)} at most`
    case 'invalid_format':
      return 'prefix' in issue
        ? `it begins otherwise; wanted a text that begins with "${String(issue.prefix)}"`
        : formatOf(issue)
    case 'invalid_key':
      return `such a name cannot be used here; ${issue.issues[0]?.message ?? 'wanted another one'}`
    case 'unrecognized_keys':
      return `it has keys that mean nothing here: ${issue.keys.map(quoted).join(', ')}`
    default:
      return undefined
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
  null: 'null',
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return 'a text'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return 'a map of keys and values'
}

const lengthMax = 60

function quoted(value: unknown): string {
  if (typeof value !== 'string') return kindOf(value)
  return JSON.stringify(value.length > lengthMax ? `${value.slice(0, lengthMax)}…` : value)
}

function oneOf(values: readonly unknown[]): string {
  const named = values.map(String)
  return named.length === 1 ? (named[0] ?? '') : `one of ${named.join(', ')}`
}

/** What a map says that it is, where that decides about the rest of it. */
function chosenBy({ input, discriminator }: { input: unknown; discriminator?: string | undefined }): unknown {
  return (input as Record<string, unknown> | null)?.[discriminator ?? '']
}

function amountOf({ origin, input }: { origin: string; input: unknown }): string {
  if (typeof input === 'string') return `has ${amount(origin, input.length)}`
  return Array.isArray(input) ? `has ${amount(origin, input.length)}` : `is ${kindOf(input)}`
}

function amount(origin: string, count: number | bigint): string {
  if (origin !== 'string' && origin !== 'array') return String(count)
  const noun = origin === 'string' ? 'character' : 'entry'
  const nouns = origin === 'string' ? 'characters' : 'entries'
  return `${count} ${count === 1 ? noun : nouns}`
}

function formatOf({ format, pattern }: { format: string; pattern?: string | undefined }): string {
  return `it is of another form; wanted ${format === 'regex' && pattern !== undefined ? `a text that matches ${pattern}` : format}`
}
