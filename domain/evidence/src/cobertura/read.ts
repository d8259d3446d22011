import type { Place } from '@sluice/kernel'
import { reportFault } from '../fault.ts'
import type { ReaderContext } from '../report.ts'
import { sourcePath } from '../text/source-path.ts'
import { streamXml, type XmlListener } from '../xml/stream-xml.ts'
import type { CoberturaPart, CoveredFile, Line } from './part.ts'

type Attributes = Readonly<Record<string, string>>

/**
 * Reads Cobertura XML (`coverage-04.dtd`). Rates and totals in attributes are not believed: tools round them, count
 * lines of a method twice, or were edited. A line counts once a file, however many classes and methods repeat it, and
 * is covered if any of them ran it.
 */
export function readCobertura(bytes: Uint8Array, context: ReaderContext): CoberturaPart {
  const reading = new CoberturaReading(context)
  streamXml(bytes, context.path, reading)
  return reading.result()
}

class CoberturaReading implements XmlListener {
  private readonly context: ReaderContext
  private readonly files = new Map<string, Map<number, Line>>()
  private readonly sources: string[] = []
  private root: { attributes: Attributes; place: Place } | null = null
  private hasPackages = false
  private lines: Map<number, Line> | null = null
  private line: Line | null = null
  private hasBranchCounts = false
  private source = ''

  constructor(context: ReaderContext) {
    this.context = context
  }

  wantsText(name: string): boolean {
    return name === 'source'
  }

  open(name: string, attributes: Attributes, place: Place): void {
    if (!this.root) this.openRoot(name, attributes, place)
    if (name === 'packages') this.hasPackages = true
    if (name === 'source') this.source = ''
    if (name === 'class') this.openClass(attributes)
    if (name === 'line') this.openLine(attributes, place)
    if (name === 'condition') this.openCondition(attributes)
  }

  text(piece: string): void {
    if (this.source.length < 4096) this.source += piece
  }

  close(name: string): void {
    if (name === 'source') this.sources.push(this.source.trim())
    if (name === 'class') this.lines = null
    if (name === 'line') this.line = null
  }

  result(): CoberturaPart {
    const { attributes, place } = this.root ?? { attributes: {}, place: { path: this.context.path } }
    if (!this.hasPackages && attributes['line-rate'] === undefined) {
      throw reportFault(
        'EVIDENCE_WRONG_FORMAT',
        place,
        'it has neither "line-rate" nor <packages>, wanted Cobertura XML',
      )
    }
    const files = [...this.files].map(([filename, lines]): CoveredFile => ({ ...this.placeOf(filename), lines }))
    return { files, tool: { name: 'cobertura', version: attributes['version'] || null } }
  }

  private openRoot(name: string, attributes: Attributes, place: Place): void {
    this.root = { attributes, place }
    if (name === 'coverage') return
    throw reportFault(
      'EVIDENCE_WRONG_FORMAT',
      place,
      `its root element is <${name}>, wanted <coverage> of Cobertura XML`,
    )
  }

  private openClass(attributes: Attributes): void {
    const file = attributes['filename'] || attributes['name'] || ''
    this.lines = this.files.get(file) ?? new Map<number, Line>()
    this.files.set(file, this.lines)
  }

  private openLine(attributes: Attributes, place: Place): void {
    if (!this.lines) return
    const number = Number(attributes['number'])
    const hits = Number(attributes['hits'])
    if (!Number.isInteger(number) || !(hits >= 0)) {
      const why = `a <line> has number="${attributes['number']}" hits="${attributes['hits']}", wanted two counts`
      throw reportFault('EVIDENCE_WRONG_FORMAT', place, why)
    }
    this.line = this.lines.get(number) ?? { covered: false, branchesCovered: 0, branchesTotal: 0 }
    this.lines.set(number, this.line)
    this.line.covered ||= hits > 0
    this.takeBranches(attributes['condition-coverage'])
  }

  private takeBranches(written: string | undefined): void {
    const [, covered, total] = /\((\d+)\/(\d+)\)/.exec(written ?? '') ?? []
    this.hasBranchCounts = total !== undefined
    if (!this.line || !this.hasBranchCounts) return
    this.line.branchesTotal = Math.max(this.line.branchesTotal, Number(total))
    this.line.branchesCovered = Math.min(this.line.branchesTotal, Math.max(this.line.branchesCovered, Number(covered)))
  }

  /** Where `condition-coverage` is missing, each `jump` is two branches of which its percentage is covered. */
  private openCondition(attributes: Attributes): void {
    if (!this.line || this.hasBranchCounts || attributes['type'] !== 'jump') return
    const percent = Number.parseFloat(attributes['coverage'] ?? '')
    if (!(percent >= 0 && percent <= 100)) return
    this.line.branchesTotal += 2
    this.line.branchesCovered += Math.floor(percent / 50)
  }

  /**
   * File names are relative to `<source>`; with several of these it cannot be told to which. Only an absolute name says
   * that a file of another report is the same one: names alone are often equal in the packages of one repository.
   */
  private placeOf(filename: string): Pick<CoveredFile, 'key' | 'path'> {
    const [source] = this.sources
    const inSource = this.sources.length === 1 && source && !isAbsolute(filename)
    const full = (inSource ? `${source.replace(/[/\\]+$/, '')}/${filename}` : filename).replaceAll('\\', '/')
    const path = sourcePath(full, this.context.sourceRoot)
    return {
      key: isAbsolute(full) ? full : `${this.context.path}: ${full}`,
      path: path === full ? sourcePath(filename, null) : path,
    }
  }
}

const isAbsolute = (path: string): boolean => /^([/\\]|[A-Za-z]:)/.test(path)
