import type { SourcePosition } from '@sluice/contracts/plan'
import { parsePathRegexp } from '../expression/pattern.ts'
import { limits } from '../limits.ts'
import { hasReference } from '../variables/expand.ts'
import { quote, type Located, type LocatedEntry, type LocatedMap } from '../yaml/located.ts'
import { readFields } from './fields.ts'
import type { Reading } from './reading.ts'
import { readText, readTextList, readTextOrList, wrongType, wrongValue } from './values.ts'

/** A text that may hold variables, and where it stands. */
export interface PlacedText {
  text: string
  place: SourcePosition
}

/** What paths a rule looks for: globs, or one regular expression. */
export interface PathPatterns {
  globs: readonly string[]
  regexp: PlacedText | null
}

/** `rules:changes`. */
export interface ChangesCondition extends PathPatterns {
  compareTo: PlacedText | null
}

/** `rules:exists`. */
export interface ExistsCondition extends PathPatterns {
  project: PlacedText | null
  ref: PlacedText | null
}

/** A list of globs, or a map with `paths` or `regexp`, and `compare_to`. */
export function readChanges(node: Located, keyword: string, reading: Reading): ChangesCondition {
  if (node.kind !== 'map') {
    return {
      globs: limited(node, readTextList(node, keyword, reading), keyword, reading),
      regexp: null,
      compareTo: null,
    }
  }
  const fields = readFields(node, { known: ['paths', 'regexp', 'compare_to'] }, keyword, reading)
  const patterns = readPatterns(node, fields, keyword, reading)
  return { ...patterns, compareTo: readPlaced('compare_to', fields, keyword, reading) }
}

/** A glob, a list of globs, or a map with `paths` or `regexp`, `project` and `ref`. */
export function readExists(node: Located, keyword: string, reading: Reading): ExistsCondition {
  if (node.kind !== 'map') {
    const globs = limited(node, readTextOrList(node, keyword, reading), keyword, reading)
    return { globs, regexp: null, project: null, ref: null }
  }
  const fields = readFields(node, { known: ['paths', 'regexp', 'project', 'ref'] }, keyword, reading)
  const patterns = readPatterns(node, fields, keyword, reading)
  const [project, ref] = ['project', 'ref'].map((key) => readPlaced(key, fields, keyword, reading))
  if (project === null && ref !== null) wrongType(node, keyword, 'a map with project beside ref', reading)
  return { ...patterns, project: project ?? null, ref: ref ?? null }
}

type Fields = ReadonlyMap<string, LocatedEntry>

function readPatterns(map: LocatedMap, fields: Fields, keyword: string, reading: Reading): PathPatterns {
  const paths = fields.get('paths')
  const regexp = readPlaced('regexp', fields, keyword, reading)
  if (paths !== undefined && regexp !== null) wrongType(map, keyword, 'a map with paths or regexp, not both', reading)
  if (paths === undefined && regexp === null) wrongType(map, keyword, 'a map with paths or regexp', reading)
  if (regexp !== null) checkRegexp(regexp, `${keyword}:regexp`, reading)
  if (paths === undefined) return { globs: [], regexp }
  const globs = readTextList(paths.value, `${keyword}:paths`, reading)
  return { globs: limited(paths.value, globs, `${keyword}:paths`, reading), regexp }
}

/** One with variables can only be checked when they are filled in. */
function checkRegexp({ text, place }: PlacedText, keyword: string, reading: Reading): void {
  if (hasReference(text)) return
  const result = parsePathRegexp(text)
  if (result.ok) return
  const message = `Cannot read ${keyword} of ${reading.subject}: regular expression ${quote(text)}: ${result.fault}`
  reading.mistakes.add('PIPELINE_PATTERN', place, message)
}

function readPlaced(key: string, fields: Fields, keyword: string, reading: Reading): PlacedText | null {
  const entry = fields.get(key)
  if (entry === undefined) return null
  return { text: readText(entry.value, `${keyword}:${key}`, reading), place: entry.value.place }
}

function limited(node: Located, patterns: string[], keyword: string, reading: Reading): string[] {
  if (patterns.length > limits.patterns) wrongValue(node, keyword, `${limits.patterns} patterns at most`, reading)
  return patterns.slice(0, limits.patterns)
}
