import type { PlanVariable, Reason, SourcePosition } from '@sluice/contracts/plan'
import type { CompileRequest, IncludeAnswer, LoadedSources, WantedSource } from '../compile-request.ts'
import { FileMatcher } from '../glob/file-matcher.ts'
import { noHeader, readHeader, type Header } from '../inputs/header.ts'
import { readInputDefinitions, type InputDefinition } from '../inputs/input-definition.ts'
import { locatedJson } from '../inputs/json-value.ts'
import { settleInputs, type GivenInputs } from '../inputs/settle-inputs.ts'
import { interpolate } from '../interpolation/interpolate.ts'
import { textOf } from '../interpolation/text-of.ts'
import { limits } from '../limits.ts'
import { deepMerge, withoutKey } from '../merge/deep-merge.ts'
import type { Mistakes } from '../mistakes.ts'
import { hint } from '../nearest-name.ts'
import { decideRules, type RulesView } from '../plan/decide-rules.ts'
import type { PathsElsewhere } from '../plan/paths-elsewhere.ts'
import { readFields } from '../read/fields.ts'
import { Warnings, type Reading } from '../read/reading.ts'
import { VariableScope } from '../variables/variable-scope.ts'
import { describe, locatedMap, quote, type Located, type LocatedMap } from '../yaml/located.ts'
import { headerIncludes, pipelineIncludes, readIncludes, type IncludeEntry } from './include-entries.ts'
import {
  includeTargets,
  projectFiles,
  type ComponentContext,
  type IncludeTarget,
  type Origin,
  type TargetView,
} from './include-target.ts'
import { integrityOf } from './integrity.ts'
import { readSourceFile, type FilledContent, type ParsedSources, type SourceFile } from './source-file.ts'

/** All files of a pipeline as one map, or what is wanted to get there. */
export interface Gathered {
  root: LocatedMap | null
  wanted: WantedSource[]
  /** Name of a file → how it came in: `included by a.yml, line 3`. */
  includedBy: ReadonlyMap<string, Reason>
}

/** Reads the first file and, beneath it, everything that it includes. */
export function gatherSources(
  request: CompileRequest,
  loaded: LoadedSources,
  parsed: ParsedSources,
  mistakes: Mistakes,
  warnings: Warnings,
  elsewhere: PathsElsewhere,
): Gathered {
  return new SourceGatherer(request, loaded, parsed, mistakes, warnings, elsewhere).gather()
}

/** A file while what it includes is read. */
interface OpenFile {
  key: string
  /** How places, messages and reasons name it. */
  name: string
  origin: Origin
  component: ComponentContext | null
}

/** A text that was loaded, and where it stands. */
interface OpenedText {
  text: string
  file: OpenFile
}

class SourceGatherer {
  readonly #request: CompileRequest
  readonly #loaded: LoadedSources
  readonly #parsed: ParsedSources
  readonly #mistakes: Mistakes
  readonly #warnings: Warnings
  readonly #view: RulesView
  readonly #noFiles = new FileMatcher([])
  /** As they were set, for `expand_vars`. */
  readonly #variables: ReadonlyMap<string, PlanVariable>
  readonly #interpolation = { left: limits.expandedLength }
  readonly #wanted = new Map<string, WantedSource>()
  readonly #includedBy = new Map<string, Reason & { times: number }>()
  readonly #open: OpenFile[] = []
  #includes = 0
  readonly #counted = new Set<string>()
  #length = 0

  constructor(
    request: CompileRequest,
    loaded: LoadedSources,
    parsed: ParsedSources,
    mistakes: Mistakes,
    warnings: Warnings,
    elsewhere: PathsElsewhere,
  ) {
    this.#request = request
    this.#loaded = loaded
    this.#parsed = parsed
    this.#mistakes = mistakes
    this.#warnings = warnings
    this.#view = {
      scope: new VariableScope([request.predefined, request.variables]),
      changed: request.changedPaths === null ? null : new FileMatcher(request.changedPaths),
      files: new FileMatcher(request.files),
      elsewhere,
      subject: 'include',
    }
    this.#variables = new Map([...request.predefined, ...request.variables].map((variable) => [variable.key, variable]))
  }

  gather(): Gathered {
    const { path } = this.#request
    const source = { kind: 'local', key: path, path, place: null } as const
    const opened = this.#text({ source, name: path, project: null, component: null })
    const root = opened === null ? null : this.#file(opened, this.#requestInputs())
    return { root, wanted: [...this.#wanted.values()], includedBy: this.#reasons() }
  }

  /** The top file's inputs stand nowhere in the files; mistakes about them name its first line. */
  #requestInputs(): GivenInputs {
    const { inputs = {}, path } = this.#request
    const place = { path, line: 1, column: 1 }
    const entries = Object.entries(inputs)
    if (entries.length > limits.requestInputs) {
      const message = `Cannot plan the pipeline: ${entries.length} inputs are given; wanted ${limits.requestInputs} at most`
      this.#mistakes.add('PIPELINE_INPUT_VALUE', place, message)
    }
    const values = entries.map(([name, value]) => [name, { value: locatedJson(value, place), place }] as const)
    return { action: 'Cannot plan the pipeline', place, values: new Map(values) }
  }

  /** The text behind a target; `null` while it is wanted, and where there is a mistake. */
  #text(target: IncludeTarget): OpenedText | null {
    const { source, name } = target
    const answer = this.#loaded.get(source.key)
    if (answer === undefined) {
      if (!this.#wanted.has(source.key)) this.#wanted.set(source.key, source)
      return null
    }
    if (answer === null) return this.#missing(name, source.place)
    if (typeof answer === 'string') {
      const component =
        target.component === null ? null : { ...target.component, sha: this.#request.trigger.commit, version: null }
      return { text: answer, file: { key: source.key, name, origin: { kind: 'own' }, component } }
    }
    if (answer.kind === 'text') return this.#farText(target, answer)
    return this.#unavailable(name, source.place, answer)
  }

  #farText(target: IncludeTarget, answer: IncludeAnswer & { kind: 'text' }): OpenedText | null {
    const { source, name, project } = target
    if (answer.warning !== undefined && source.place !== null) this.#warnings.add(answer.warning, source.place)
    if (source.kind === 'remote' && source.integrity !== null) {
      const found = integrityOf(answer.text)
      if (found !== source.integrity) {
        const message = `Cannot include ${quote(name)}: its integrity is ${found}; wanted ${source.integrity}`
        this.#mistakes.add('PIPELINE_INCLUDE_INTEGRITY', source.place ?? startOf(name), message)
        return null
      }
    }
    const commit = answer.commit ?? null
    const origin: Origin =
      project === null || commit === null
        ? { kind: 'public' }
        : { kind: 'project', project: project.path, ref: project.ref, commit }
    const component =
      target.component === null ? null : { ...target.component, sha: commit, version: answer.version ?? null }
    return { text: answer.text, file: { key: source.key, name, origin, component } }
  }

  #unavailable(name: string, place: SourcePosition | null, answer: IncludeAnswer): null {
    const [fault, missing, known] =
      answer.kind === 'missing' ? [answer.fault, answer.name, answer.known] : ['it is no file', undefined, undefined]
    const nearest = missing === undefined ? '' : this.#mistakes.hint(missing, () => known ?? [])
    this.#mistakes.add(
      'PIPELINE_INCLUDE_FAILED',
      place ?? startOf(name),
      `Cannot include ${quote(name)}: ${fault}${nearest}`,
    )
    return null
  }

  #missing(path: string, place: SourcePosition | null): null {
    const nearest = hint(path, this.#request.files.filter((file) => /\.ya?ml$/.test(file)).slice(0, 1000))
    const action = place === null ? 'read' : 'include'
    const message = `Cannot ${action} ${quote(path)}: the repository has no such file${nearest.startsWith('; nearest') ? nearest : ''}`
    this.#mistakes.add('PIPELINE_FILE_MISSING', place ?? startOf(path), message)
    return null
  }

  /** A file as a map, its inputs filled in, with everything that it includes below it. */
  #file({ text, file }: OpenedText, given: GivenInputs): LocatedMap | null {
    const read = this.#read(text, file)
    if (read === null) return null
    this.#open.push(file)
    const own = this.#filled(read, file, given)
    const merged = own === null ? null : this.#withIncludes(file, own)
    this.#open.pop()
    return merged
  }

  #read(text: string, { key, name }: OpenFile): SourceFile | null {
    if (!this.#fits(key, name, text)) return null
    const read = this.#parsed.get(key) ?? readSourceFile(name, text, this.#mistakes)
    if (read !== null) this.#parsed.set(key, read)
    return read
  }

  #fits(key: string, name: string, text: string): boolean {
    if (!this.#counted.has(key)) this.#length += text.length
    this.#counted.add(key)
    if (this.#length <= limits.totalLength) return true
    const message = `Cannot read ${quote(name)}: the files of the pipeline have more than ${limits.totalLength} characters together`
    this.#mistakes.add('PIPELINE_TOO_BIG', startOf(name), message)
    return false
  }

  /** The pipeline of a file with its inputs in their places; `null` where there is a mistake or more is wanted. */
  #filled(read: SourceFile, file: OpenFile, given: GivenInputs): LocatedMap | null {
    if (read.unread !== null) {
      this.#warnings.add(
        'This document has no effect: the one above it is the pipeline, since it has no spec',
        read.unread,
      )
    }
    const before = this.#mistakes.count
    const reading = this.#reading(`the header of ${quote(file.name)}`)
    const spec = read.header === null ? noHeader : readHeader(read.header, reading)
    const shared = this.#sharedInputs(spec, file, reading)
    if (shared === null) return null
    const inputs = settleInputs(this.#unique(shared, spec.inputs), given, this.#mistakes)
    if (this.#mistakes.count > before) return null
    if (read.content === null) return locatedMap(new Map(), startOf(file.name))
    const { component } = file
    const fields = component === null ? [] : spec.component.map((field) => [field, component[field]] as const)
    const content =
      read.header === null ? read.content : this.#interpolated(read, read.content, inputs, new Map(fields))
    if (content === null) return null
    if (content.kind === 'map') return this.#withoutSpec(content)
    const message = `Cannot read ${quote(file.name)}: it is ${describe(content)}; wanted a map of jobs`
    this.#mistakes.add('PIPELINE_WRONG_TYPE', startOf(file.name), message)
    return null
  }

  #interpolated(
    { filled }: SourceFile,
    content: Located,
    inputs: ReadonlyMap<string, Located>,
    component: ReadonlyMap<string, string | null>,
  ): Located | null {
    const values = [...inputs].map(([name, value]) => [name, value.kind, textOf(value)])
    const key = JSON.stringify([values, [...component]])
    const known = filled.get(key) ?? this.#interpolate(content, inputs, component)
    if (known === null) return null
    filled.set(key, known)
    for (const { text, position } of known.warnings) if (position !== undefined) this.#warnings.add(text, position)
    return known.content
  }

  #interpolate(
    content: Located,
    inputs: ReadonlyMap<string, Located>,
    component: ReadonlyMap<string, string | null>,
  ): FilledContent | null {
    const before = this.#mistakes.count
    const warnings = new Warnings()
    const scope = { inputs, component, find: (name: string) => this.#variable(name) }
    const filled = interpolate(content, scope, this.#interpolation, { mistakes: this.#mistakes, warnings })
    return this.#mistakes.count > before ? null : { content: filled, warnings: warnings.all() }
  }

  #withoutSpec(map: LocatedMap): LocatedMap {
    const spec = map.entries.get('spec')
    if (spec === undefined) return map
    const message = 'Cannot read spec: it stands beside jobs; wanted it above them, with a line "---" in between'
    this.#mistakes.add('PIPELINE_WRONG_VALUE', spec.keyPlace, message)
    return withoutKey(map, 'spec')
  }

  #variable(name: string): { value: string; masked: boolean } | null {
    const variable = this.#variables.get(name)
    return variable === undefined || variable.file === true
      ? null
      : { value: variable.value, masked: variable.masked === true }
  }

  /** Inputs of the files that `spec:include` names; `null` while one is wanted. */
  #sharedInputs(spec: Header, file: OpenFile, reading: Reading): InputDefinition[] | null {
    if (spec.include === null) return []
    if (file.component !== null) {
      const message = `Cannot read spec:include of ${quote(file.name)}: a component has its inputs in its own file`
      this.#mistakes.add('PIPELINE_WRONG_VALUE', spec.include.place, message)
      return []
    }
    const before = this.#wanted.size
    const shared = readIncludes(spec.include, headerIncludes, reading).flatMap((entry) =>
      this.#targets(entry, file).flatMap((target) => this.#inputsIn(target, entry)),
    )
    return this.#wanted.size > before ? null : shared
  }

  #inputsIn(target: IncludeTarget, entry: IncludeEntry): InputDefinition[] {
    const opened = this.#counts(target, entry) ? this.#text(target) : null
    const read = opened === null ? null : this.#read(opened.text, opened.file)
    if (read === null || read.content === null) return []
    const reading = this.#reading(quote(target.name))
    const { content } = read
    if (content.kind !== 'map') {
      const message = `Cannot read ${quote(target.name)}: it is ${describe(content)}; wanted a map with inputs`
      this.#mistakes.add('PIPELINE_WRONG_TYPE', startOf(target.name), message)
      return []
    }
    const inputs = readFields(content, { known: ['inputs'] }, '', reading).get('inputs')
    return inputs === undefined ? [] : readInputDefinitions(inputs.value, reading)
  }

  #unique(shared: readonly InputDefinition[], own: readonly InputDefinition[]): InputDefinition[] {
    const known = new Map<string, InputDefinition>()
    for (const input of [...shared, ...own]) {
      const first = known.get(input.name)
      if (first === undefined) known.set(input.name, input)
      else {
        const message = `Cannot read input ${quote(input.name)}: it is defined in ${first.place.path}, line ${first.place.line}, already`
        this.#mistakes.add('PIPELINE_DUPLICATE_KEY', input.place, message)
      }
    }
    return [...known.values()]
  }

  #reading(subject: string): Reading {
    return { subject, mistakes: this.#mistakes, warnings: this.#warnings }
  }

  #withIncludes(file: OpenFile, own: LocatedMap): LocatedMap {
    const reading = this.#reading(file.key === this.#request.path ? 'the pipeline' : quote(file.name))
    let below: LocatedMap | null = null
    for (const entry of readIncludes(own.entries.get('include')?.value, pipelineIncludes, reading)) {
      for (const included of this.#include(entry, file))
        below = below === null ? included : this.#merge(below, included)
    }
    const rest = withoutKey(own, 'include')
    return below === null ? rest : this.#merge(below, rest)
  }

  #merge(below: LocatedMap, over: LocatedMap): LocatedMap {
    const merged = deepMerge(below, over)
    if (merged.weight <= limits.weight) return merged
    const message = `Cannot merge the included files: the pipeline grows over ${limits.weight} characters`
    this.#mistakes.add('PIPELINE_TOO_BIG', over.place, message)
    return over
  }

  #include(entry: IncludeEntry, file: OpenFile): LocatedMap[] {
    const decided = this.#decide(entry, file)
    if (decided === null) return []
    return this.#targets(entry, file).flatMap((target) => {
      if (!this.#enter(target, entry, decided)) return []
      const opened = this.#text(target)
      const included = opened === null ? null : this.#file(opened, givenBy(entry, target))
      return included === null ? [] : [included]
    })
  }

  /** Why an entry counts, as the rule that matched; `null` when it does not, or a list of files is wanted first. */
  #decide({ rules, place }: IncludeEntry, file: OpenFile): Reason[] | null {
    if (rules === null) return []
    const view = this.#rulesView(
      file.origin,
      rules.some((rule) => rule.exists !== null),
      place,
    )
    if (view === null) return null
    const { rule, reasons } = decideRules(rules, view, 'include')
    return rule === null || rule.when === 'never' ? null : reasons.slice(-1)
  }

  /** `exists` looks at the files of the project that the include stands in. */
  #rulesView(origin: Origin, looksAtFiles: boolean, place: SourcePosition): RulesView | null {
    if (origin.kind === 'own' || !looksAtFiles) return this.#view
    if (origin.kind === 'public') return { ...this.#view, files: this.#noFiles }
    const list = projectFiles(origin, place)
    const files = this.#filesOf(list.key)
    if (files !== null) return { ...this.#view, files: new FileMatcher(files) }
    this.#wanted.set(list.key, list)
    return null
  }

  #filesOf(key: string): readonly string[] | null {
    const answer = this.#loaded.get(key)
    if (answer === undefined) return null
    return typeof answer === 'object' && answer?.kind === 'files' ? answer.paths : []
  }

  #targets({ location, place }: IncludeEntry, file: OpenFile): IncludeTarget[] {
    const view: TargetView = {
      origin: file.origin,
      scope: this.#view.scope,
      trigger: this.#request.trigger,
      files: this.#request.files,
      filesOf: (key) => this.#filesOf(key),
    }
    const found = includeTargets(location, place, view)
    const written = writtenIn(location)
    if (found.kind === 'targets') {
      if (found.targets.length === 0) this.#warnings.add(`include ${quote(written)} matches no file`, place)
      return found.targets
    }
    if (found.kind === 'wanted') this.#wanted.set(found.source.key, found.source)
    else this.#mistakes.add('PIPELINE_WRONG_VALUE', place, `Cannot include ${quote(written)}: ${found.fault}`)
    return []
  }

  #enter(target: IncludeTarget, entry: IncludeEntry, decided: readonly Reason[]): boolean {
    const { key } = target.source
    const from = this.#open.findIndex((file) => file.key === key)
    if (from !== -1) {
      const circle = [...this.#open.slice(from).map(({ name }) => name), target.name].join(' → ')
      const message = `Cannot include ${quote(target.name)}: it includes itself: ${circle}`
      this.#mistakes.add('PIPELINE_INCLUDE_CYCLE', entry.place, message)
      return false
    }
    if (!this.#counts(target, entry)) return false
    this.#note(target.name, entry, decided)
    return true
  }

  #counts(target: IncludeTarget, entry: IncludeEntry): boolean {
    if (++this.#includes <= limits.includes) return true
    const message = `Cannot include ${quote(target.name)}: the pipeline includes ${limits.includes} files already`
    this.#mistakes.add('PIPELINE_INCLUDE_LIMIT', entry.place, message)
    return false
  }

  #note(name: string, { place }: IncludeEntry, decided: readonly Reason[]): void {
    const known = this.#includedBy.get(name)
    if (known !== undefined) {
      known.times++
      return
    }
    const [rule] = decided
    const because = rule === undefined ? '' : ` (${rule.text})`
    this.#includedBy.set(name, {
      kind: 'include',
      text: `defined in ${name}, which ${place.path} includes${because}`,
      position: place,
      ...(rule?.values === undefined ? {} : { values: rule.values }),
      times: 1,
    })
  }

  #reasons(): ReadonlyMap<string, Reason> {
    const reasons = [...this.#includedBy].map(([name, { times, ...reason }]) => {
      const text = times === 1 ? reason.text : `${reason.text}, the first of ${times} times`
      return [name, { ...reason, text }] as const
    })
    return new Map(reasons)
  }
}

function startOf(path: string): SourcePosition {
  return { path, line: 1, column: 1 }
}

function givenBy({ inputs, place }: IncludeEntry, { name }: IncludeTarget): GivenInputs {
  const values = [...(inputs?.entries ?? [])].map(
    ([key, { keyPlace, value }]) => [key, { value, place: keyPlace }] as const,
  )
  return { action: `Cannot include ${quote(name)}`, place, values: new Map(values) }
}

function writtenIn(location: IncludeEntry['location']): string {
  switch (location.kind) {
    case 'local':
      return location.path
    case 'project':
      return location.project
    case 'remote':
      return location.url.replace(/\/\/[^/]*@/, '//[hidden]@')
    case 'template':
      return location.name
    default:
      return location.address
  }
}
