import type { SourcePosition } from '@sluice/contracts/plan'
import type { CompileRequest, IncludeAnswer, LoadedSources, WantedSource } from '../compile-request.ts'
import { limits } from '../limits.ts'
import { hint } from '../nearest-name.ts'
import type { Told } from '../read/reading.ts'
import { quote } from '../yaml/located.ts'
import type { ComponentContext, IncludeTarget, Origin } from './include-target.ts'
import { integrityOf } from './integrity.ts'
import { readSourceFile, startOf, type ParsedSources, type SourceFile } from './source-file.ts'

/** A file while what it includes is read. */
export interface OpenFile {
  key: string
  /** How places, messages and reasons name it. */
  name: string
  origin: Origin
  component: ComponentContext | null
}

/** A text that was loaded, and where it stands. */
export interface OpenedText {
  text: string
  file: OpenFile
}

/** The texts of one compilation: those that were loaded, and which are wanted. */
export class SourceTexts {
  readonly #request: CompileRequest
  readonly #loaded: LoadedSources
  readonly #parsed: ParsedSources
  readonly #told: Told
  readonly #wanted = new Map<string, WantedSource>()
  readonly #counted = new Set<string>()
  #length = 0

  constructor(request: CompileRequest, loaded: LoadedSources, parsed: ParsedSources, told: Told) {
    this.#request = request
    this.#loaded = loaded
    this.#parsed = parsed
    this.#told = told
  }

  /** What has to be loaded before there is a pipeline. */
  get wanted(): WantedSource[] {
    return [...this.#wanted.values()]
  }

  want(source: WantedSource): void {
    if (!this.#wanted.has(source.key)) this.#wanted.set(source.key, source)
  }

  /** The text behind a target; `null` while it is wanted, and where there is a mistake. */
  open(target: IncludeTarget): OpenedText | null {
    const { source, name } = target
    const answer = this.#loaded.get(source.key)
    if (answer === undefined) {
      this.want(source)
      return null
    }
    if (answer === null) return this.#missing(name, source.place)
    if (typeof answer === 'string') {
      const component =
        target.component === null ? null : { ...target.component, sha: this.#request.trigger.commit, version: null }
      return { text: answer, file: { key: source.key, name, origin: { kind: 'own' }, component } }
    }
    if (answer.kind === 'text') return this.#openFar(target, answer)
    return this.#unavailable(name, source.place, answer)
  }

  /** The documents of a text, each file once; `null` where there is a mistake. */
  read({ text, file: { key, name } }: OpenedText): SourceFile | null {
    if (!this.#fits(key, name, text)) return null
    const read = this.#parsed.get(key) ?? readSourceFile(name, text, this.#told.mistakes)
    if (read !== null) this.#parsed.set(key, read)
    return read
  }

  /** The paths of a project that were loaded; `null` while they are not. */
  filesOf(key: string): readonly string[] | null {
    const answer = this.#loaded.get(key)
    if (answer === undefined) return null
    return typeof answer === 'object' && answer?.kind === 'files' ? answer.paths : []
  }

  #openFar(target: IncludeTarget, answer: IncludeAnswer & { kind: 'text' }): OpenedText | null {
    const { source, name, project } = target
    if (answer.warning !== undefined && source.place !== null) this.#told.warnings.add(answer.warning, source.place)
    if (source.kind === 'remote' && source.integrity !== null) {
      const found = integrityOf(answer.text)
      if (found !== source.integrity) {
        const message = `Cannot include ${quote(name)}: its integrity is ${found}; wanted ${source.integrity}`
        this.#told.mistakes.add('PIPELINE_INCLUDE_INTEGRITY', source.place ?? startOf(name), message)
        return null
      }
    }
    const commit = answer.commit ?? null
    const origin = originOf(source, project, commit)
    const component =
      target.component === null ? null : { ...target.component, sha: commit, version: answer.version ?? null }
    return { text: answer.text, file: { key: source.key, name, origin, component } }
  }

  #unavailable(name: string, place: SourcePosition | null, answer: IncludeAnswer): null {
    const [fault, missing, known] =
      answer.kind === 'missing' ? [answer.fault, answer.name, answer.known] : ['it is no file', undefined, undefined]
    const nearest = missing === undefined ? '' : this.#told.mistakes.hint(missing, () => known ?? [])
    const message = `Cannot ${place === null ? 'read' : 'include'} ${quote(name)}: ${fault}${nearest}`
    this.#told.mistakes.add('PIPELINE_INCLUDE_FAILED', place ?? startOf(name), message)
    return null
  }

  #missing(path: string, place: SourcePosition | null): null {
    const action = place === null ? 'read' : 'include'
    const message = `Cannot ${action} ${quote(path)}: ${this.#faultOf(path)}`
    this.#told.mistakes.add('PIPELINE_FILE_MISSING', place ?? startOf(path), message)
    return null
  }

  /** What is listed and has no text is a link, see `SourceTree`. */
  #faultOf(path: string): string {
    const { files } = this.#request
    if (files.includes(path)) return 'it is a symbolic link, which is not followed; wanted the file itself'
    const nearest = hint(path, files.filter((file) => /\.ya?ml$/.test(file)).slice(0, 1000))
    return `the repository has no such file${nearest.startsWith('; nearest') ? nearest : ''}`
  }

  #fits(key: string, name: string, text: string): boolean {
    if (!this.#counted.has(key)) this.#length += text.length
    this.#counted.add(key)
    if (this.#length <= limits.totalLength) return true
    const message = `Cannot read ${quote(name)}: the files of the pipeline have more than ${limits.totalLength} characters together`
    this.#told.mistakes.add('PIPELINE_TOO_BIG', startOf(name), message)
    return false
  }
}

/** What a job made stands where the repository's own files stand. */
function originOf(source: WantedSource, project: IncludeTarget['project'], commit: string | null): Origin {
  if (source.kind === 'artifact') return { kind: 'own' }
  if (project === null || commit === null) return { kind: 'public' }
  return { kind: 'project', project: project.path, ref: project.ref, commit }
}
