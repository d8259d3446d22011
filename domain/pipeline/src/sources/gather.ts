import type { Reason, SourcePosition } from '@sluice/contracts/plan'
import type { CompileRequest, LoadedSources, WantedSource } from '../compile-request.ts'
import type { ComparisonBudget } from '../glob/comparison-budget.ts'
import { FileMatcher } from '../glob/file-matcher.ts'
import { givenByRequest } from '../inputs/given-by-request.ts'
import { noHeader, readHeader, type Header } from '../inputs/header.ts'
import { readInputDefinitions, type InputDefinition } from '../inputs/input-definition.ts'
import { settleInputs, type GivenInputs } from '../inputs/settle-inputs.ts'
import { limits } from '../limits.ts'
import { deepMerge, withoutKey } from '../merge/deep-merge.ts'
import type { Mistakes } from '../mistakes.ts'
import { decideRules } from '../plan/decide-rules.ts'
import type { RulePaths, RulesView } from '../plan/path-clauses.ts'
import { readFields } from '../read/fields.ts'
import type { Reading, Told, Warnings } from '../read/reading.ts'
import { VariableScope } from '../variables/variable-scope.ts'
import { describe, locatedMap, quote, type Located, type LocatedMap } from '../yaml/located.ts'
import { ContentFiller } from './content-filler.ts'
import {
  headerIncludes,
  pipelineIncludes,
  readIncludes,
  triggerIncludes,
  writtenIn,
  type IncludeEntry,
  type IncludeForm,
} from './include-entries.ts'
import { IncludeReasons } from './include-reasons.ts'
import { includeTargets, projectFiles, type IncludeTarget, type Origin, type TargetView } from './include-target.ts'
import { startOf, type ParsedSources, type SourceFile } from './source-file.ts'
import { SourceTexts, type OpenedText, type OpenFile } from './source-texts.ts'

/** All files of a pipeline as one map, or what is wanted to get there. */
export interface Gathered {
  root: LocatedMap | null
  wanted: WantedSource[]
  /** Name of a file → how it came in: `included by a.yml, line 3`. */
  includedBy: ReadonlyMap<string, Reason>
}

/** What there is to gather from. */
export interface GatherInput {
  request: CompileRequest
  loaded: LoadedSources
  /** Kept from round to round. */
  parsed: ParsedSources
  paths: RulePaths
  comparisons: ComparisonBudget
  /** Characters that filling in inputs may make. */
  budget: { left: number }
}

/** Reads the first file and, beneath it, everything that it includes. */
export function gatherSources(input: GatherInput, told: Told): Gathered {
  return new SourceGatherer(input, told).gather()
}

class SourceGatherer {
  readonly #request: CompileRequest
  readonly #mistakes: Mistakes
  readonly #warnings: Warnings
  readonly #texts: SourceTexts
  readonly #filler: ContentFiller
  readonly #view: RulesView
  readonly #comparisons: ComparisonBudget
  /** Files of other projects, by the key of their list. */
  readonly #matchers = new Map<string, FileMatcher>()
  readonly #reasons = new IncludeReasons()
  readonly #open: OpenFile[] = []
  #includes = 0

  constructor({ request, loaded, parsed, paths, comparisons, budget }: GatherInput, told: Told) {
    this.#request = request
    this.#mistakes = told.mistakes
    this.#warnings = told.warnings
    this.#texts = new SourceTexts(request, loaded, parsed, told)
    const given = [...request.variables, ...(request.pipelineVariables ?? [])]
    this.#filler = new ContentFiller([...request.predefined, ...given], told, budget)
    const scope = new VariableScope([request.predefined, given])
    this.#view = { ...paths, scope, subject: 'include' }
    this.#comparisons = comparisons
  }

  gather(): Gathered {
    const { path, child } = this.#request
    if (child !== undefined) return this.#gatherChild(child.include)
    const source = { kind: 'local', key: path, path, place: null } as const
    const opened = this.#texts.open({ source, name: path, project: null, component: null })
    const root = opened === null ? null : this.#file(opened, givenByRequest(this.#request, this.#mistakes))
    return { root, wanted: this.#texts.wanted, includedBy: this.#reasons.all() }
  }

  /** The files of a child lie below one that says nothing but what it includes, as in GitLab. */
  #gatherChild(include: Located): Gathered {
    const file: OpenFile = { key: '', name: 'trigger:include', origin: { kind: 'own' }, component: null }
    const merged = this.#included(include, triggerIncludes, this.#reading('the child'), file)
    const nothing = this.#mistakes.count === 0 ? locatedMap(new Map(), include.place) : null
    return { root: merged ?? nothing, wanted: this.#texts.wanted, includedBy: this.#reasons.all() }
  }

  /** A file as a map, its inputs filled in, with everything that it includes below it. */
  #file(opened: OpenedText, given: GivenInputs): LocatedMap | null {
    const { file } = opened
    const read = this.#texts.read(opened)
    if (read === null) return null
    this.#open.push(file)
    const own = this.#filled(read, file, given)
    const merged = own === null ? null : this.#withIncludes(file, own)
    this.#open.pop()
    return merged
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
    const content =
      read.header === null
        ? read.content
        : this.#filler.fill(read, read.content, inputs, file.component, spec.component)
    if (content === null) return null
    if (content.kind === 'map') return this.#withoutSpec(content)
    const message = `Cannot read ${quote(file.name)}: it is ${describe(content)}; wanted a map of jobs`
    this.#mistakes.add('PIPELINE_WRONG_TYPE', startOf(file.name), message)
    return null
  }

  #withoutSpec(map: LocatedMap): LocatedMap {
    const spec = map.entries.get('spec')
    if (spec === undefined) return map
    const message = 'Cannot read spec: it stands beside jobs; wanted it above them, with a line "---" in between'
    this.#mistakes.add('PIPELINE_WRONG_VALUE', spec.keyPlace, message)
    return withoutKey(map, 'spec')
  }

  /** Inputs of the files that `spec:include` names; `null` while one is wanted. */
  #sharedInputs(spec: Header, file: OpenFile, reading: Reading): InputDefinition[] | null {
    if (spec.include === null) return []
    if (file.component !== null) {
      const message = `Cannot read spec:include of ${quote(file.name)}: a component has its inputs in its own file`
      this.#mistakes.add('PIPELINE_WRONG_VALUE', spec.include.place, message)
      return []
    }
    const before = this.#texts.wanted.length
    const shared = readIncludes(spec.include, headerIncludes, reading).flatMap((entry) =>
      this.#targets(entry, file).flatMap((target) => this.#inputsIn(target, entry)),
    )
    return this.#texts.wanted.length > before ? null : shared
  }

  #inputsIn(target: IncludeTarget, entry: IncludeEntry): InputDefinition[] {
    const opened = this.#counts(target, entry) ? this.#texts.open(target) : null
    const read = opened === null ? null : this.#texts.read(opened)
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
    const below = this.#included(own.entries.get('include')?.value, pipelineIncludes, reading, file)
    const rest = withoutKey(own, 'include')
    return below === null ? rest : this.#merge(below, rest)
  }

  #included(node: Located | undefined, form: IncludeForm, reading: Reading, file: OpenFile): LocatedMap | null {
    let below: LocatedMap | null = null
    for (const entry of readIncludes(node, form, reading)) {
      for (const included of this.#include(entry, file))
        below = below === null ? included : this.#merge(below, included)
    }
    return below
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
      const opened = this.#texts.open(target)
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
    if (origin.kind === 'public') return { ...this.#view, files: new FileMatcher([], this.#comparisons) }
    const list = projectFiles(origin, place)
    const files = this.#filesOf(list.key)
    if (files !== null) return { ...this.#view, files }
    this.#texts.want(list)
    return null
  }

  #filesOf(key: string): FileMatcher | null {
    const known = this.#matchers.get(key)
    if (known !== undefined) return known
    const paths = this.#texts.filesOf(key)
    if (paths === null) return null
    const files = new FileMatcher(paths, this.#comparisons)
    this.#matchers.set(key, files)
    return files
  }

  #targets({ location, place }: IncludeEntry, file: OpenFile): IncludeTarget[] {
    const view: TargetView = {
      origin: file.origin,
      scope: this.#view.scope,
      trigger: this.#request.trigger,
      files: this.#request.files,
      filesOf: (key) => this.#texts.filesOf(key),
      comparisons: this.#comparisons,
    }
    const found = includeTargets(location, place, view)
    const written = writtenIn(location)
    if (found.kind === 'targets') {
      if (found.targets.length === 0) this.#warnings.add(`include ${quote(written)} matches no file`, place)
      return found.targets
    }
    if (found.kind === 'wanted') this.#texts.want(found.source)
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
    this.#reasons.note(target.name, entry.place, decided[0])
    return true
  }

  #counts(target: IncludeTarget, entry: IncludeEntry): boolean {
    if (++this.#includes <= limits.includes) return true
    const message = `Cannot include ${quote(target.name)}: the pipeline includes ${limits.includes} files already`
    this.#mistakes.add('PIPELINE_INCLUDE_LIMIT', entry.place, message)
    return false
  }
}

function givenBy({ inputs, place }: IncludeEntry, { name }: IncludeTarget): GivenInputs {
  const values = [...(inputs?.entries ?? [])].map(
    ([key, { keyPlace, value }]) => [key, { value, place: keyPlace }] as const,
  )
  return { action: `Cannot include ${quote(name)}`, place, values: new Map(values) }
}
