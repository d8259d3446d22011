import type { SourcePosition } from '@sluice/contracts/plan'

/** A YAML value that remembers where it was written. Immutable: aliases share it. */
export type Located = LocatedScalar | LocatedList | LocatedMap | LocatedReference

export interface LocatedScalar {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  /** The value as GitLab turns it into text: `1.10` → `1.1`, `yes` → `true`. */
  readonly text: string
  readonly place: SourcePosition
  readonly weight: number
}

export interface LocatedList {
  readonly kind: 'list'
  readonly items: readonly Located[]
  readonly place: SourcePosition
  readonly weight: number
}

export interface LocatedEntry {
  readonly keyPlace: SourcePosition
  readonly value: Located
}

export interface LocatedMap {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, LocatedEntry>
  readonly place: SourcePosition
  readonly weight: number
}

/** `!reference [job, key …]`, not filled in yet. */
export interface LocatedReference {
  readonly kind: 'reference'
  readonly keys: readonly string[]
  readonly place: SourcePosition
  readonly weight: number
}

/** What one node costs before its text, in the unit of `weight`. */
const nodeWeight = 8

export function locatedScalar(
  value: LocatedScalar['value'],
  place: SourcePosition,
  text: string = value === null ? '' : String(value),
): LocatedScalar {
  return { kind: 'scalar', value, text, place, weight: nodeWeight + text.length }
}

export function locatedList(items: readonly Located[], place: SourcePosition): LocatedList {
  return { kind: 'list', items, place, weight: items.reduce((sum, item) => sum + item.weight, nodeWeight) }
}

export function locatedMap(entries: ReadonlyMap<string, LocatedEntry>, place: SourcePosition): LocatedMap {
  let weight = nodeWeight
  for (const [key, entry] of entries) weight += key.length + entry.value.weight
  return { kind: 'map', entries, place, weight }
}

export function locatedReference(keys: readonly string[], place: SourcePosition): LocatedReference {
  return { kind: 'reference', keys, place, weight: nodeWeight }
}

/** A value for messages: `a map`, `a list`, `number 5`, `text "abc"`, `true`, `nothing`. */
export function describe(node: Located): string {
  if (node.kind !== 'scalar') return node.kind === 'reference' ? 'a !reference' : `a ${node.kind}`
  if (node.value === null) return 'nothing'
  if (typeof node.value === 'string') return `text ${quote(node.value)}`
  return typeof node.value === 'number' ? `number ${node.text}` : node.text
}

/** A text for messages, in quotes, cut after 80 letters. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text)
}
