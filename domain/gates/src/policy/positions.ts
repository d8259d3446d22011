import type { Place } from '@sluice/kernel'
import { isMap, isScalar, type Document, type LineCounter } from 'yaml'

export type NodePath = readonly PropertyKey[]

/** Finds the place of a node of a YAML document; of what is missing, the place of what it is missing from. */
export class Positions {
  private readonly document: Document
  private readonly lines: LineCounter
  private readonly path: string
  private readonly text: string

  constructor(document: Document, lines: LineCounter, path: string, text: string) {
    this.document = document
    this.lines = lines
    this.path = path
    this.text = text
  }

  at(offset: number): Place {
    const { line, col } = this.lines.linePos(offset)
    return { path: this.path, line: Math.max(1, line), column: Math.max(1, col) }
  }

  of(path: NodePath): Place {
    for (let length = path.length; length >= 0; length--) {
      const start = this.startOf(path.slice(0, length))
      if (start !== null) return this.at(start)
    }
    return this.at(0)
  }

  /** Place of a key in the mapping at `path`. */
  ofKey(path: NodePath, key: string): Place {
    const map = path.length === 0 ? this.document.contents : this.document.getIn(path, true)
    const pair = isMap(map) ? map.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined
    const start = isScalar(pair?.key) ? pair.key.range?.[0] : undefined
    return start === undefined ? this.of(path) : this.at(start)
  }

  /** Place inside of a text: exact where it is written on one line as it is read, else where it begins. */
  inText(path: NodePath, value: string, offset: number): Place {
    const start = this.startOf(path)
    if (start === null) return this.of(path)
    const quote = this.text.startsWith(value, start) ? 0 : this.text.startsWith(value, start + 1) ? 1 : null
    return this.at(quote === null ? start : start + quote + offset)
  }

  private startOf(path: NodePath): number | null {
    const node = path.length === 0 ? this.document.contents : this.document.getIn(path, true)
    const range = (node as { range?: [number, number, number] } | undefined)?.range
    return range ? range[0] : null
  }
}
