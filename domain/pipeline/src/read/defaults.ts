import type { Mistakes } from '../mistakes.ts'
import { quote, type Located, type LocatedEntry, type LocatedMap } from '../yaml/located.ts'
import { readFields } from './fields.ts'
import { defaultKeywords, topLevelDefaults } from './keywords.ts'
import type { Reading } from './reading.ts'
import { readTextList, readMap, wrongValue } from './values.ts'

/** What jobs take over from the pipeline when they do not say it themselves. */
export type Defaults = ReadonlyMap<string, LocatedEntry>

/** `default:` and its older spelling at the top of the file. */
export function readDefaults(root: LocatedMap, reading: Reading): Defaults {
  const defaults = new Map<string, LocatedEntry>()
  const node = root.entries.get('default')?.value
  const map =
    node === undefined || isNothing(node)
      ? null
      : readMap(node, 'default', 'a map', { ...reading, subject: 'the pipeline' })
  if (map !== null) {
    for (const [key, entry] of readFields(map, { known: defaultKeywords }, '', reading)) defaults.set(key, entry)
  }
  for (const key of topLevelDefaults) takeTopLevel(key, root, defaults, reading.mistakes)
  return defaults
}

function isNothing(node: Located): boolean {
  return node.kind === 'scalar' && node.value === null
}

function takeTopLevel(key: string, root: LocatedMap, defaults: Map<string, LocatedEntry>, mistakes: Mistakes): void {
  const entry = root.entries.get(key)
  if (entry === undefined || isNothing(entry.value)) return
  if (defaults.has(key)) {
    const message = `Cannot read ${quote(key)}: default has it too; wanted it in default only`
    mistakes.add('PIPELINE_WRONG_VALUE', entry.keyPlace, message)
  }
  defaults.set(key, entry)
}

/** What a job takes over: everything, nothing, or the named ones. */
export interface Inheritance {
  defaults: boolean | readonly string[]
  variables: boolean | readonly string[]
}

export function readInherit(node: Located, keyword: string, reading: Reading): Inheritance {
  const map = readMap(node, keyword, 'a map with default or variables', reading)
  if (map === null) return { defaults: true, variables: true }
  const fields = readFields(map, { known: ['default', 'variables'] }, keyword, reading)
  const [defaults, variables] = [fields.get('default'), fields.get('variables')]
  const known = variables === undefined ? true : readSelection(variables.value, `${keyword}:variables`, reading)
  if (defaults === undefined) return { defaults: true, variables: known }
  const selection = readSelection(defaults.value, `${keyword}:default`, reading)
  if (Array.isArray(selection)) checkNames(defaults.value, selection, `${keyword}:default`, reading)
  return { defaults: selection, variables: known }
}

function readSelection(node: Located, keyword: string, reading: Reading): boolean | string[] {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value
  return readTextList(node, keyword, reading)
}

function checkNames(node: Located, names: readonly string[], keyword: string, reading: Reading): void {
  const known: readonly string[] = defaultKeywords
  const items = node.kind === 'list' ? node.items : []
  names.forEach((name, index) => {
    if (!known.includes(name))
      wrongValue(items[index] ?? node, keyword, `keywords of default: ${known.join(', ')}`, reading)
  })
}

/** Whether a selection of `inherit` takes a name. */
export function inherits(selection: boolean | readonly string[], name: string): boolean {
  return typeof selection === 'boolean' ? selection : selection.includes(name)
}
