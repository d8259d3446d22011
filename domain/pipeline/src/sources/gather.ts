import type { Reason, SourcePosition } from '@sluice/contracts/plan'
import type { CompileRequest, LoadedSources, WantedSource } from '../compile-request.ts'
import { FileMatcher } from '../glob/file-matcher.ts'
import { compileIncludeGlob } from '../glob/glob.ts'
import { limits } from '../limits.ts'
import { deepMerge, withoutKey } from '../merge/deep-merge.ts'
import type { Mistakes } from '../mistakes.ts'
import { hint } from '../nearest-name.ts'
import { decideRules, type RulesView } from '../plan/decide-rules.ts'
import type { PathsElsewhere } from '../plan/paths-elsewhere.ts'
import type { Reading, Warnings } from '../read/reading.ts'
import { VariableScope } from '../variables/variable-scope.ts'
import { describe, locatedMap, quote, type Located, type LocatedMap } from '../yaml/located.ts'
import { readYaml } from '../yaml/read-yaml.ts'
import { readIncludes, type IncludeEntry } from './include-entries.ts'

/** Files that were read without a mistake, by path; kept between the rounds of one compilation. */
export type ParsedSources = Map<string, Located>

/** All files of a pipeline as one map, or what is wanted to get there. */
export interface Gathered {
  root: LocatedMap | null
  wanted: WantedSource[]
  /** Path → how it came in: `included by a.yml, line 3`. */
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

class SourceGatherer {
  readonly #request: CompileRequest
  readonly #loaded: LoadedSources
  readonly #parsed: ParsedSources
  readonly #mistakes: Mistakes
  readonly #warnings: Warnings
  readonly #view: RulesView
  readonly #wanted = new Map<string, WantedSource>()
  readonly #includedBy = new Map<string, Reason>()
  readonly #open: string[] = []
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
  }

  gather(): Gathered {
    const root = this.#file(this.#request.path, null)
    return { root, wanted: [...this.#wanted.values()], includedBy: this.#includedBy }
  }

  #file(path: string, place: SourcePosition | null): LocatedMap | null {
    const text = this.#loaded.get(path)
    if (text === undefined) {
      if (!this.#wanted.has(path)) this.#wanted.set(path, { kind: 'local', key: path, path, place })
      return null
    }
    if (text === null) return this.#missing(path, place)
    const own = this.#map(path, text)
    if (own === null) return null
    this.#open.push(path)
    const merged = this.#withIncludes(path, own)
    this.#open.pop()
    return merged
  }

  #withIncludes(path: string, own: LocatedMap): LocatedMap {
    const subject = path === this.#request.path ? 'the pipeline' : quote(path)
    const reading: Reading = { subject, mistakes: this.#mistakes, warnings: this.#warnings }
    let below: LocatedMap | null = null
    for (const entry of readIncludes(own, reading)) {
      for (const included of this.#include(entry)) below = below === null ? included : this.#merge(below, included)
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

  #missing(path: string, place: SourcePosition | null): null {
    const nearest = hint(path, this.#request.files.filter((file) => /\.ya?ml$/.test(file)).slice(0, 1000))
    const action = place === null ? 'read' : 'include'
    const message = `Cannot ${action} ${quote(path)}: the repository has no such file${nearest.startsWith('; nearest') ? nearest : ''}`
    this.#mistakes.add('PIPELINE_FILE_MISSING', place ?? { path, line: 1, column: 1 }, message)
    return null
  }

  #fits(path: string, text: string): boolean {
    if (!this.#counted.has(path)) this.#length += text.length
    this.#counted.add(path)
    if (this.#length <= limits.totalLength) return true
    const message = `Cannot read "${path}": the files of the pipeline have more than ${limits.totalLength} characters together`
    this.#mistakes.add('PIPELINE_TOO_BIG', { path, line: 1, column: 1 }, message)
    return false
  }

  #map(path: string, text: string): LocatedMap | null {
    if (!this.#fits(path, text)) return null
    const before = this.#mistakes.count
    const located = this.#parsed.get(path) ?? readYaml(path, text, this.#mistakes)
    const place = { path, line: 1, column: 1 }
    if (located === null || (located.kind === 'scalar' && located.value === null)) {
      return this.#mistakes.count > before ? null : locatedMap(new Map(), place)
    }
    if (this.#mistakes.count === before) this.#parsed.set(path, located)
    if (located.kind === 'map') return located
    this.#mistakes.add(
      'PIPELINE_WRONG_TYPE',
      place,
      `Cannot read "${path}": it is ${describe(located)}; wanted a map of jobs`,
    )
    return null
  }

  #include(entry: IncludeEntry): LocatedMap[] {
    if (entry.rules !== null) {
      const { rule } = decideRules(entry.rules, this.#view, 'include')
      if (rule === null || rule.when === 'never') return []
    }
    return this.#paths(entry).flatMap((path) => {
      const included = this.#enter(path, entry) ? this.#file(path, entry.place) : null
      return included === null ? [] : [included]
    })
  }

  #enter(path: string, entry: IncludeEntry): boolean {
    if (this.#open.includes(path)) {
      const circle = [...this.#open.slice(this.#open.indexOf(path)), path].join(' → ')
      const message = `Cannot include ${quote(path)}: it includes itself: ${circle}`
      this.#mistakes.add('PIPELINE_INCLUDE_CYCLE', entry.place, message)
      return false
    }
    if (++this.#includes > limits.includes) {
      const message = `Cannot include ${quote(path)}: the pipeline includes ${limits.includes} files already`
      this.#mistakes.add('PIPELINE_INCLUDE_LIMIT', entry.place, message)
      return false
    }
    const by = {
      kind: 'include',
      text: `defined in ${path}, which ${entry.place.path} includes`,
      position: entry.place,
    } as const
    if (!this.#includedBy.has(path)) this.#includedBy.set(path, by)
    return true
  }

  #paths(entry: IncludeEntry): string[] {
    const path = this.#view.scope.expandText(entry.local).replace(/^\/+/, '')
    const fault = faultOf(path)
    if (fault !== null) {
      const message = `Cannot include ${quote(entry.local)}: ${fault}`
      this.#mistakes.add('PIPELINE_WRONG_VALUE', entry.place, message)
      return []
    }
    if (!path.includes('*')) return [path]
    const glob = compileIncludeGlob(path)
    const found = this.#request.files.filter((file) => glob.matches(file)).toSorted()
    if (found.length === 0) this.#warnings.add(`include ${quote(entry.local)} matches no file`, entry.place)
    return found
  }
}

function faultOf(path: string): string | null {
  if (path === '') return 'the path is empty; wanted a path from the root of the repository'
  if (path.split('/').some((segment) => segment === '..' || segment === '.')) {
    return 'the path has "." or ".." in it; wanted a path from the root of the repository'
  }
  return /\.ya?ml$/.test(path) ? null : 'its name ends in neither .yml nor .yaml; wanted a YAML file'
}
