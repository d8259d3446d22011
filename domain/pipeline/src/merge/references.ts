import { limits } from '../limits.ts'
import type { Mistakes } from '../mistakes.ts'
import {
  locatedList,
  locatedMap,
  locatedScalar,
  quote,
  type Located,
  type LocatedEntry,
  type LocatedMap,
  type LocatedReference,
} from '../yaml/located.ts'

/** Puts in what every `!reference` points to, up to ten levels of references to references. */
export function fillReferences(root: LocatedMap, mistakes: Mistakes): LocatedMap {
  return new ReferenceFiller(root, mistakes).fill()
}

class ReferenceFiller {
  readonly #root: LocatedMap
  readonly #mistakes: Mistakes
  readonly #filled = new Map<Located, Located>()
  readonly #open: LocatedReference[] = []

  constructor(root: LocatedMap, mistakes: Mistakes) {
    this.#root = root
    this.#mistakes = mistakes
  }

  fill(): LocatedMap {
    const filled = this.#node(this.#root)
    return filled.kind === 'map' ? filled : this.#root
  }

  #node(node: Located): Located {
    if (node.kind === 'scalar') return node
    const known = this.#filled.get(node)
    if (known !== undefined) return known
    const filled = this.#bounded(this.#compute(node))
    this.#filled.set(node, filled)
    return filled
  }

  #compute(node: Exclude<Located, { kind: 'scalar' }>): Located {
    if (node.kind === 'list') return this.#list(node.items, node)
    if (node.kind === 'reference') return this.#reference(node)
    let changed = false
    const entries = new Map<string, LocatedEntry>()
    for (const [key, entry] of node.entries) {
      const value = this.#node(entry.value)
      changed ||= value !== entry.value
      entries.set(key, value === entry.value ? entry : { keyPlace: entry.keyPlace, value })
    }
    return changed ? locatedMap(entries, node.place) : node
  }

  #list(items: readonly Located[], node: Located): Located {
    const filled = items.map((item) => this.#node(item))
    return filled.some((item, index) => item !== items[index]) ? locatedList(filled, node.place) : node
  }

  #bounded(node: Located): Located {
    if (node.weight <= limits.weight) return node
    const message = `Cannot fill in !reference: the pipeline grows over ${limits.weight} characters`
    this.#mistakes.add('PIPELINE_TOO_BIG', node.place, message)
    return locatedScalar(null, node.place)
  }

  #reference(reference: LocatedReference): Located {
    if (this.#open.includes(reference) || this.#open.length >= limits.referenceLevels) return this.#circle(reference)
    this.#open.push(reference)
    const target = this.#find(reference)
    const filled = target === null ? locatedScalar('!reference', reference.place) : this.#node(target)
    this.#open.pop()
    return filled
  }

  #find(reference: LocatedReference): Located | null {
    let at: Located = this.#root
    for (const key of reference.keys) {
      if (at.kind === 'reference') at = this.#node(at)
      const entry: LocatedEntry | undefined = at.kind === 'map' ? at.entries.get(key) : undefined
      if (entry === undefined) return this.#unknown(reference, key, at)
      at = entry.value
    }
    return at
  }

  #unknown(reference: LocatedReference, key: string, at: Located): null {
    const nearest = at.kind === 'map' ? this.#hintFrom(key, at) : ''
    const message = `Cannot fill in !reference [${reference.keys.join(', ')}]: key ${quote(key)} is not defined${nearest}`
    this.#mistakes.add('PIPELINE_REFERENCE_UNKNOWN', reference.place, message)
    return null
  }

  #hintFrom(key: string, map: LocatedMap): string {
    return this.#mistakes.hint(key, () => [...map.entries.keys()])
  }

  #circle(reference: LocatedReference): Located {
    const chain = [...this.#open, reference].map(({ keys }) => `[${keys.join(', ')}]`).join(' → ')
    const message = `Cannot fill in !reference [${reference.keys.join(', ')}]: it runs in a circle or over ${limits.referenceLevels} levels: ${chain}`
    this.#mistakes.add('PIPELINE_REFERENCE_CYCLE', reference.place, message)
    return locatedScalar('!reference', reference.place)
  }
}
