import type { SourcePosition } from '@sluice/contracts/plan'
import type { Expression } from '../expression/expression.ts'
import { parsePattern } from '../expression/pattern.ts'
import type { Located, LocatedMap } from '../yaml/located.ts'
import { fieldReader } from './field-reader.ts'
import { readFields } from './fields.ts'
import type { Reading } from './reading.ts'
import { readCondition } from './rules.ts'
import { choiceReader, readTextList, wrongPattern, wrongType } from './values.ts'

/** `only` or `except` of a job. `null` where it does not say. */
export interface RefPolicy {
  place: SourcePosition
  /** Keywords such as `branches`, names, `/regex/flags`; each may end in `@path`. */
  refs: readonly string[] | null
  variables: readonly { text: string; expression: Expression }[] | null
  changes: readonly string[] | null
  /** GitLab's `kubernetes: active`. */
  kubernetes: boolean
}

/** The refs that hold where a job says neither `only` nor `rules`, and where `only` says no `refs` (GitLab's default). */
export const defaultRefs: readonly string[] = ['branches', 'tags']

const policyKeywords = { known: ['refs', 'variables', 'changes', 'kubernetes'] }
const readKubernetes = choiceReader(['active'])

/** A list of refs, or a map with `refs`, `variables`, `changes`, `kubernetes`. */
export function readRefPolicy(node: Located, keyword: string, reading: Reading): RefPolicy | null {
  const place = node.place
  if (node.kind === 'list') {
    return { place, refs: readRefs(node, keyword, reading), variables: null, changes: null, kubernetes: false }
  }
  if (node.kind === 'map' && node.entries.size > 0) return readComplex(node, keyword, reading)
  wrongType(node, keyword, 'a list of refs, or a map with refs, variables, changes or kubernetes', reading)
  return null
}

function readComplex(map: LocatedMap, keyword: string, reading: Reading): RefPolicy {
  const fields = readFields(map, policyKeywords, keyword, reading)
  const field = fieldReader(fields, keyword, reading)
  return {
    place: map.place,
    refs: field('refs', null, readRefs),
    variables: field('variables', null, readExpressions),
    changes: field('changes', null, readTextList),
    kubernetes: field('kubernetes', null, readKubernetes) !== null,
  }
}

function readRefs(node: Located, keyword: string, reading: Reading): string[] {
  const refs = readTextList(node, keyword, reading)
  const items = node.kind === 'list' ? node.items : []
  refs.forEach((ref, index) => {
    if (!isRefPattern(ref)) return
    const result = parsePattern(ref)
    if (result.ok) return
    wrongPattern({ written: ref, place: items[index]?.place ?? node.place }, keyword, result.fault, reading)
  })
  return refs
}

/** Whether a ref is written as a regular expression. */
export function isRefPattern(ref: string): boolean {
  return /^\/.*\/[ismU]*$/s.test(ref)
}

function readExpressions(node: Located, keyword: string, reading: Reading): NonNullable<RefPolicy['variables']> {
  if (node.kind === 'list') return node.items.flatMap((item) => readCondition(item, keyword, reading) ?? [])
  wrongType(node, keyword, 'a list of expressions', reading)
  return []
}
