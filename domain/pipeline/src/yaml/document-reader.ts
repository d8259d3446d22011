import type { SourcePosition } from '@sluice/contracts/plan'
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { limits } from '../limits.ts'
import type { Mistakes } from '../mistakes.ts'
import {
  describe,
  locatedList,
  locatedMap,
  locatedReference,
  locatedScalar,
  quote,
  type Located,
  type LocatedEntry,
} from './located.ts'
import { plainScalar } from './plain-scalar.ts'

const coreTags = new Set(
  ['!', 'str', 'int', 'float', 'bool', 'null', 'seq', 'map'].map((name) =>
    name === '!' ? name : `tag:yaml.org,2002:${name}`,
  ),
)

/** Turns one parsed document into located values. One reader a document. */
export class DocumentReader {
  readonly #anchors = new Map<string, Located>()
  readonly #path: string
  readonly #lineCounter: LineCounter
  readonly #mistakes: Mistakes
  #tooBigReported = false

  constructor(path: string, lineCounter: LineCounter, mistakes: Mistakes) {
    this.#path = path
    this.#lineCounter = lineCounter
    this.#mistakes = mistakes
  }

  read(node: Node): Located {
    return this.#node(node, 1)
  }

  #place(node: Node): SourcePosition {
    const { line, col } = this.#lineCounter.linePos(node.range?.[0] ?? 0)
    return { path: this.#path, line: Math.max(1, line), column: Math.max(1, col) }
  }

  #node(node: Node | null, depth: number): Located {
    if (node === null) return locatedScalar(null, { path: this.#path, line: 1, column: 1 })
    const place = this.#place(node)
    if (depth > limits.yamlDepth) return this.#tooDeep(place)
    if (isAlias(node)) return this.#alias(node.source, place)
    const located = this.#bounded(this.#value(node, place, depth), place)
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined
    if (anchor !== undefined) this.#anchors.set(anchor, located)
    return located
  }

  #tooDeep(place: SourcePosition): Located {
    const message = `Cannot read "${this.#path}": it is nested too deep; wanted ${limits.yamlDepth} levels at most`
    this.#mistakes.add('PIPELINE_TOO_DEEP', place, message)
    return locatedScalar(null, place)
  }

  #bounded(located: Located, place: SourcePosition): Located {
    if (located.weight <= limits.weight) return located
    if (!this.#tooBigReported) {
      this.#tooBigReported = true
      const message = `Cannot read "${this.#path}": its aliases make it too big; wanted ${limits.weight} characters at most`
      this.#mistakes.add('PIPELINE_TOO_BIG', place, message)
    }
    return locatedScalar(null, place)
  }

  #alias(name: string, place: SourcePosition): Located {
    const target = this.#anchors.get(name)
    if (target !== undefined) return target
    const message = `Cannot read alias ${quote(`*${name}`)}: no anchor "&${name}" is complete above it in this file`
    this.#mistakes.add('PIPELINE_UNKNOWN_ALIAS', place, message)
    return locatedScalar(`*${name}`, place)
  }

  #value(node: Node, place: SourcePosition, depth: number): Located {
    if (isSeq(node) && node.tag === '!reference') return this.#reference(node, place)
    if (node.tag === '!reference') return this.#noReference(place)
    this.#checkTag(node.tag, place)
    if (isSeq(node)) {
      return locatedList(
        node.items.map((item) => this.#node(item as Node | null, depth + 1)),
        place,
      )
    }
    if (isMap(node)) return this.#map(node, place, depth)
    if (!isScalar(node)) return locatedScalar(null, place)
    const source = this.#text(typeof node.value === 'string' ? node.value : '', place)
    if (node.type !== 'PLAIN' || node.tag === '!' || node.tag?.endsWith(':str')) return locatedScalar(source, place)
    const { value, text } = plainScalar(source)
    return locatedScalar(value, place, text)
  }

  /** Escapes may write what no process, variable or database can take. */
  #text(text: string, place: SourcePosition): string {
    if (!text.includes('\0') && text.isWellFormed()) return text
    const message = `Cannot read ${quote(text.slice(0, 40))}: it holds NUL or half a character; wanted text`
    this.#mistakes.add('PIPELINE_WRONG_VALUE', place, message)
    return text.toWellFormed().replaceAll('\0', '\ufffd')
  }

  #checkTag(tag: string | undefined, place: SourcePosition): void {
    if (tag === undefined || coreTags.has(tag)) return
    this.#mistakes.add('PIPELINE_UNKNOWN_TAG', place, `Cannot read tag ${quote(tag)}: it is unknown; wanted !reference`)
  }

  #reference(node: YAMLSeq, place: SourcePosition): Located {
    const keys = node.items.map((item) => (isScalar(item) && typeof item.value === 'string' ? item.value : null))
    if (keys.length > 0 && keys.every((key) => key !== null)) return locatedReference(keys, place)
    return this.#noReference(place)
  }

  #noReference(place: SourcePosition): Located {
    const message = 'Cannot read !reference: wanted a list of keys, such as !reference [.setup, script]'
    this.#mistakes.add('PIPELINE_WRONG_TYPE', place, message)
    return locatedScalar(null, place)
  }

  #map(node: YAMLMap, place: SourcePosition, depth: number): Located {
    const entries = new Map<string, LocatedEntry>()
    const written = new Set<string>()
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      const key = this.#key(pair.key)
      if (key === null) continue
      const value = this.#entryValue(pair, depth)
      if (key === '<<') {
        this.#merge(entries, value)
        continue
      }
      if (written.has(key)) this.#duplicate(key, this.#place(pair.key))
      written.add(key)
      entries.set(key, { keyPlace: this.#place(pair.key), value })
    }
    return locatedMap(entries, place)
  }

  /** A key without value stands where its key stands. */
  #entryValue(pair: Pair<Node, Node | null>, depth: number): Located {
    if (pair.value === null) return locatedScalar(null, this.#place(pair.key))
    return this.#node(pair.value, depth + 1)
  }

  #key(node: Node): string | null {
    if (isScalar(node) && typeof node.value === 'string' && node.value !== '') return node.value
    if (isAlias(node)) {
      const target = this.#alias(node.source, this.#place(node))
      if (target.kind === 'scalar' && target.text !== '') return target.text
    }
    this.#mistakes.add('PIPELINE_WRONG_TYPE', this.#place(node), 'Cannot read key: it is no text; wanted a text')
    return null
  }

  #duplicate(key: string, place: SourcePosition): void {
    const message = `Cannot read key ${quote(key)}: it is in this map already; wanted each key once`
    this.#mistakes.add('PIPELINE_DUPLICATE_KEY', place, message)
  }

  /** As Psych does: a merged key wins over one written above it in the map, and loses to one written below. */
  #merge(entries: Map<string, LocatedEntry>, value: Located): void {
    const sources = value.kind === 'list' ? value.items.toReversed() : [value]
    for (const source of sources) {
      if (source.kind === 'map') for (const [key, entry] of source.entries) entries.set(key, entry)
      else this.#wrongMerge(source)
    }
  }

  #wrongMerge(source: Located): void {
    const message = `Cannot read merge key "<<": its value is ${describe(source)}; wanted a map or a list of maps`
    this.#mistakes.add('PIPELINE_WRONG_TYPE', source.place, message)
  }
}
