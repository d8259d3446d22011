import type { SourcePosition } from '@sluice/contracts/plan'
import { readFields, type Keywords } from '../read/fields.ts'
import type { Reading } from '../read/reading.ts'
import { readRules, type Rule } from '../read/rules.ts'
import { isText, readDurationMs, readMap, readText, wrongType, wrongValue } from '../read/values.ts'
import type { Located, LocatedEntry, LocatedMap } from '../yaml/located.ts'
import { isIntegrity } from './integrity.ts'

/** What an include names, as written: variables and wildcards may be in it. */
export type IncludeLocation =
  | { kind: 'local'; path: string }
  | { kind: 'project'; project: string; ref: string | null; path: string }
  | { kind: 'remote'; url: string; integrity: string | null; cacheMs: number | null }
  | { kind: 'template'; name: string }
  | { kind: 'component'; address: string }
  /** In `trigger:include` alone: a file that an earlier job makes. */
  | { kind: 'artifact'; path: string; job: string; jobPlace: SourcePosition | null }

/** One file, or one pattern of files, of `include:`. */
export interface IncludeEntry {
  location: IncludeLocation
  place: SourcePosition
  rules: readonly Rule[] | null
  /** `include:inputs`. */
  inputs: LocatedMap | null
}

/** What an `include` may hold where it stands. */
export interface IncludeForm extends Keywords {
  /** `include`, `trigger:include` or `spec:include`. */
  keyword: string
  kinds: readonly IncludeLocation['kind'][]
  /** Keywords that stand in `trigger:include` alone. */
  ofChildren?: readonly string[]
}

const ofChildren = ['artifact', 'job'] as const

/** `include:` at the top of a pipeline. */
export const pipelineIncludes: IncludeForm = {
  keyword: 'include',
  kinds: ['local', 'project', 'remote', 'template', 'component'],
  known: [
    'local',
    'project',
    'remote',
    'template',
    'component',
    'file',
    'ref',
    'integrity',
    'cache',
    'inputs',
    'rules',
    ...ofChildren,
  ],
  ofChildren,
}

/** `trigger:include:` of a job: the files of a child. */
export const triggerIncludes: IncludeForm = {
  keyword: 'trigger:include',
  kinds: [...pipelineIncludes.kinds, 'artifact'],
  known: pipelineIncludes.known,
}

/** `spec:include:` of a header: files with inputs. */
export const headerIncludes: IncludeForm = {
  keyword: 'spec:include',
  kinds: ['local', 'project', 'remote'],
  known: ['local', 'project', 'remote', 'file', 'ref', 'integrity', 'cache'],
}

/** Keywords that belong to one kind alone. */
const partners = { file: 'project', ref: 'project', integrity: 'remote', cache: 'remote', job: 'artifact' } as const

/** `include` as a text, a map or a list of both. */
export function readIncludes(node: Located | undefined, form: IncludeForm, reading: Reading): IncludeEntry[] {
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) return []
  const items = node.kind === 'list' ? node.items : [node]
  return items.flatMap((item) => readEntry(item, form, reading))
}

function readEntry(item: Located, form: IncludeForm, reading: Reading): IncludeEntry[] {
  if (isText(item)) return [{ location: shortLocation(item.value), place: item.place, rules: null, inputs: null }]
  const kinds = form.kinds.join(', ')
  if (item.kind !== 'map') {
    wrongType(item, form.keyword, `a path, or a map with one of: ${kinds}`, reading)
    return []
  }
  const fields = readFields(item, form, form.keyword, reading)
  const named = form.kinds.filter((kind) => fields.has(kind))
  const [kind] = named
  if (kind === undefined || named.length > 1) {
    if (!tellOfChildren(item, form, reading)) wrongValue(item, form.keyword, `just one of: ${kinds}`, reading)
    return []
  }
  checkPartners(fields, kind, form, reading)
  const rules = fields.get('rules')
  const inputs = fields.get('inputs')
  const common = {
    rules: rules === undefined ? null : readRules(rules.value, 'include', reading),
    inputs:
      inputs === undefined
        ? null
        : readMap(inputs.value, `${form.keyword}:inputs`, 'a map of names and values', reading),
  }
  return readLocations(kind, fields, form, reading).map((read) => ({ ...read, ...common }))
}

/** Whether the entry is one for a child, where no child is. */
function tellOfChildren(item: LocatedMap, { keyword, ofChildren: keys }: IncludeForm, reading: Reading): boolean {
  const key = keys?.find((one) => item.entries.has(one))
  const entry = key === undefined ? undefined : item.entries.get(key)
  if (key === undefined || entry === undefined) return false
  const message = `Cannot plan ${reading.subject}: ${keyword}:${key} names a file that a job makes; wanted it in trigger:include of a job`
  reading.mistakes.add('PIPELINE_WRONG_VALUE', entry.keyPlace, message)
  return true
}

function shortLocation(text: string): IncludeLocation {
  if (!/^https?:\/\//i.test(text)) return { kind: 'local', path: text }
  return { kind: 'remote', url: text, integrity: null, cacheMs: null }
}

function checkPartners(
  fields: ReadonlyMap<string, LocatedEntry>,
  kind: IncludeLocation['kind'],
  form: IncludeForm,
  reading: Reading,
): void {
  for (const [key, partner] of Object.entries(partners)) {
    const entry = fields.get(key)
    if (entry !== undefined && kind !== partner)
      wrongValue(entry.value, `${form.keyword}:${key}`, `${partner} beside ${key}, not ${kind}`, reading)
  }
}

function readLocations(
  kind: IncludeLocation['kind'],
  fields: ReadonlyMap<string, LocatedEntry>,
  form: IncludeForm,
  reading: Reading,
): Pick<IncludeEntry, 'location' | 'place'>[] {
  const node = fields.get(kind)?.value
  if (node === undefined) return []
  const text = readText(node, `${form.keyword}:${kind}`, reading)
  if (!isText(node)) return []
  const { place } = node
  if (kind === 'local') return [{ location: { kind, path: text }, place }]
  if (kind === 'template') return [{ location: { kind, name: text }, place }]
  if (kind === 'component') return [{ location: { kind, address: text }, place }]
  if (kind === 'remote') return [{ location: readRemote(text, fields, form, reading), place }]
  if (kind === 'artifact') return readArtifact(text, node, fields, form, reading)
  return readProject(text, node, fields, form, reading)
}

function readRemote(
  url: string,
  fields: ReadonlyMap<string, LocatedEntry>,
  form: IncludeForm,
  reading: Reading,
): IncludeLocation {
  const [integrity, cache] = [fields.get('integrity')?.value, fields.get('cache')?.value]
  const digest = integrity === undefined ? null : readText(integrity, `${form.keyword}:integrity`, reading)
  if (integrity !== undefined && isText(integrity) && !isIntegrity(integrity.value))
    wrongValue(integrity, `${form.keyword}:integrity`, '"sha256-" and a digest of 32 bytes in base64', reading)
  return {
    kind: 'remote',
    url,
    integrity: digest,
    cacheMs: cache === undefined ? null : readCache(cache, form, reading),
  }
}

const hourMs = 3_600_000

/** `true` stands for an hour, `false` for not at all. */
function readCache(node: Located, form: IncludeForm, reading: Reading): number | null {
  const keyword = `${form.keyword}:cache`
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value ? hourMs : null
  const cacheMs = readDurationMs(node, keyword, reading)
  if (cacheMs > 0 && cacheMs < 60_000) wrongValue(node, keyword, 'a minute or more', reading)
  return cacheMs
}

function readProject(
  project: string,
  node: Located,
  fields: ReadonlyMap<string, LocatedEntry>,
  form: IncludeForm,
  reading: Reading,
): Pick<IncludeEntry, 'location' | 'place'>[] {
  const [file, ref] = [fields.get('file')?.value, fields.get('ref')?.value]
  const at = ref === undefined ? null : readText(ref, `${form.keyword}:ref`, reading)
  if (file === undefined) {
    wrongValue(node, `${form.keyword}:project`, 'file beside project', reading)
    return []
  }
  const items = file.kind === 'list' ? file.items : [file]
  return items.flatMap((item) => {
    const path = readText(item, `${form.keyword}:file`, reading)
    return isText(item) ? [{ location: { kind: 'project', project, ref: at, path }, place: item.place }] : []
  })
}

function readArtifact(
  path: string,
  node: Located,
  fields: ReadonlyMap<string, LocatedEntry>,
  form: IncludeForm,
  reading: Reading,
): Pick<IncludeEntry, 'location' | 'place'>[] {
  const job = fields.get('job')?.value
  if (job === undefined) {
    wrongValue(node, `${form.keyword}:artifact`, 'job beside artifact', reading)
    return []
  }
  const maker = readText(job, `${form.keyword}:job`, reading)
  return isText(job)
    ? [{ location: { kind: 'artifact', path, job: maker, jobPlace: job.place }, place: node.place }]
    : []
}

/** For people: what an include names, without a password in an address. */
export function writtenIn(location: IncludeLocation): string {
  switch (location.kind) {
    case 'local':
      return location.path
    case 'project':
      return `project ${location.project}: ${location.path}`
    case 'remote':
      return location.url.replace(/\/\/[^/]*@/, '//[hidden]@')
    case 'template':
      return location.name
    case 'artifact':
      return location.path
    default:
      return location.address
  }
}
