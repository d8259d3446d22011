import { limits } from '../limits.ts'
import type { Mistakes } from '../mistakes.ts'
import { isRootKeyword } from '../read/keywords.ts'
import { describe, locatedMap, quote, type Located, type LocatedEntry, type LocatedMap } from '../yaml/located.ts'
import { deepMerge, withoutKey } from './deep-merge.ts'

/** A pipeline with every `extends` filled in. */
export interface Extended {
  root: LocatedMap
  /** Job → the jobs it extends, nearest first, with all levels below them. */
  bases: ReadonlyMap<string, readonly string[]>
}

/** Fills in `extends` of every job, bases first, later bases over earlier ones, the job over all. */
export function fillExtends(root: LocatedMap, mistakes: Mistakes): Extended {
  return new ExtendsFiller(root, mistakes).fill()
}

interface Filled {
  map: LocatedMap
  levels: number
  bases: readonly string[]
}

class ExtendsFiller {
  readonly #root: LocatedMap
  readonly #mistakes: Mistakes
  readonly #filled = new Map<string, Filled | null>()
  readonly #path: string[] = []
  #weight = 0

  constructor(root: LocatedMap, mistakes: Mistakes) {
    this.#root = root
    this.#mistakes = mistakes
  }

  fill(): Extended {
    const entries = new Map<string, LocatedEntry>()
    const bases = new Map<string, readonly string[]>()
    for (const [name, entry] of this.#root.entries) {
      const extending = entry.value.kind === 'map' && entry.value.entries.has('extends') && !isRootKeyword(name)
      const filled = extending && entry.value.kind === 'map' ? this.#job(name, entry.value) : null
      entries.set(name, filled === null ? entry : { keyPlace: entry.keyPlace, value: filled.map })
      if (filled !== null) bases.set(name, filled.bases)
    }
    return { root: locatedMap(entries, this.#root.place), bases }
  }

  #job(name: string, map: LocatedMap): Filled {
    const known = this.#filled.get(name)
    if (known) return known
    const extended = map.entries.get('extends')?.value
    const own = withoutKey(map, 'extends')
    this.#path.push(name)
    const filled = extended === undefined ? { map: own, levels: 1, bases: [] } : this.#extend(name, own, extended)
    this.#path.pop()
    this.#filled.set(name, filled)
    return filled
  }

  #extend(name: string, own: LocatedMap, extended: Located): Filled {
    let merged: LocatedMap | null = null
    let levels = 1
    let bases: string[] = []
    for (const base of this.#baseNames(name, extended)) {
      const filled = this.#base(name, base)
      if (filled === null) continue
      merged = merged === null ? filled.map : deepMerge(merged, filled.map)
      this.#weight += merged.weight
      if (this.#weight > limits.totalWeight) break
      levels = Math.max(levels, filled.levels + 1)
      bases = nearestFirst(base.name, filled.bases, bases)
    }
    if (levels > limits.extendsLevels) {
      this.#tooDeep(name, extended)
      return { map: own, levels: 1, bases: [] }
    }
    return this.#bounded(name, { map: merged === null ? own : deepMerge(merged, own), levels, bases })
  }

  #bounded(name: string, filled: Filled): Filled {
    this.#weight += filled.map.weight
    if (this.#weight <= limits.totalWeight) return filled
    const message = `Cannot fill in extends of job ${quote(name)}: the pipeline grows over ${limits.totalWeight} characters`
    this.#mistakes.add('PIPELINE_TOO_BIG', this.#root.place, message)
    return { ...filled, map: locatedMap(new Map(), filled.map.place) }
  }

  #baseNames(name: string, extended: Located): { name: string; at: Located }[] {
    const items = extended.kind === 'list' ? extended.items : [extended]
    if (items.length > limits.extendsNames) {
      const message = `Cannot read extends of job ${quote(name)}: it names ${items.length} jobs; wanted ${limits.extendsNames} at most`
      this.#mistakes.add('PIPELINE_WRONG_VALUE', extended.place, message)
      return []
    }
    return items.flatMap((item) => {
      if (item.kind === 'scalar' && typeof item.value === 'string') return [{ name: item.text, at: item }]
      const message = `Cannot read extends of job ${quote(name)}: it is ${describe(item)}; wanted the name of a job, or a list of names`
      this.#mistakes.add('PIPELINE_WRONG_TYPE', item.place, message)
      return []
    })
  }

  #base(name: string, base: { name: string; at: Located }): Filled | null {
    const entry = this.#root.entries.get(base.name)
    if (entry === undefined || entry.value.kind !== 'map') {
      const nearest = this.#mistakes.hint(base.name, () => this.#jobNames())
      const message = `Cannot read extends of job ${quote(name)}: job ${quote(base.name)} is not defined${nearest}`
      this.#mistakes.add('PIPELINE_EXTENDS_UNKNOWN', base.at.place, message)
      return null
    }
    const from = this.#path.indexOf(base.name)
    if (from === -1 && this.#path.length <= limits.extendsPath) return this.#job(base.name, entry.value)
    const circle = [...this.#path.slice(Math.max(0, from)), base.name].slice(0, 20).join(' → ')
    const message = `Cannot read extends of job ${quote(name)}: it extends itself: ${circle}`
    this.#mistakes.add(from === -1 ? 'PIPELINE_EXTENDS_DEPTH' : 'PIPELINE_EXTENDS_CYCLE', base.at.place, message)
    return null
  }

  /** For a nearest name; GitLab lets a job extend any map at the top, but nobody means `workflow`. */
  #jobNames(): string[] {
    return [...this.#root.entries.keys()].filter((name) => !isRootKeyword(name))
  }

  #tooDeep(name: string, extended: Located): void {
    const message = `Cannot read extends of job ${quote(name)}: it goes through more than ${limits.extendsLevels} levels`
    this.#mistakes.add('PIPELINE_EXTENDS_DEPTH', extended.place, message)
  }
}

/** A later base stands before an earlier one; the list is for people and ends after a hundred names. */
function nearestFirst(base: string, further: readonly string[], bases: readonly string[]): string[] {
  return [...new Set([base, ...further, ...bases])].slice(0, limits.extendsNames)
}
