import { CompileLimit } from '../compile-limit.ts'
import { limits } from '../limits.ts'
import type { Mistakes } from '../mistakes.ts'
import type { Told, Warnings } from '../read/reading.ts'
import { isText } from '../read/values.ts'
import {
  locatedList,
  locatedMap,
  locatedScalar,
  quote,
  type Located,
  type LocatedEntry,
  type LocatedList,
  type LocatedMap,
} from '../yaml/located.ts'
import { applyFunction, type FindVariable } from './functions.ts'
import { splitBlocks, type TextPart } from './split-blocks.ts'
import { textOf } from './text-of.ts'

/** What the blocks of one file may name. */
export interface InterpolationScope {
  inputs: ReadonlyMap<string, Located>
  /** Fields of the component that `spec:component` asks for, `null` for one without value. */
  component: ReadonlyMap<string, string | null>
  find: FindVariable
}

/** What interpolation may make in all files of one compilation, in characters. */
export interface InterpolationBudget {
  left: number
}

/**
 * Fills in every `$[[ … ]]` of a document, in keys and in values. A value that is one block takes the type of what the
 * block stands for, a list inside a list is put in item by item; inside a longer text, and in a key, it becomes text.
 * What is put in is not read again.
 */
export function interpolate(
  document: Located,
  scope: InterpolationScope,
  budget: InterpolationBudget,
  told: Told,
): Located {
  return new Interpolator(scope, budget, told).node(document)
}

class Interpolator {
  readonly #scope: InterpolationScope
  readonly #budget: InterpolationBudget
  readonly #mistakes: Mistakes
  readonly #warnings: Warnings
  /** Aliases share nodes, and so does what becomes of them. */
  readonly #done = new Map<Located, Located>()
  /** By the whole block; `null` for one that has a mistake. */
  readonly #values = new Map<string, Located | null>()

  constructor(scope: InterpolationScope, budget: InterpolationBudget, { mistakes, warnings }: Told) {
    this.#scope = scope
    this.#budget = budget
    this.#mistakes = mistakes
    this.#warnings = warnings
  }

  node(node: Located): Located {
    if (node.kind === 'reference') return node
    if (node.kind === 'scalar') return isText(node) ? this.#scalar(node) : node
    const known = this.#done.get(node)
    if (known !== undefined) return known
    const filled = this.#bounded(node.kind === 'list' ? this.#list(node) : this.#map(node))
    this.#done.set(node, filled)
    return filled
  }

  #bounded(node: Located): Located {
    if (node.weight <= limits.weight) return node
    const message = `Cannot fill in $[[ ]]: the pipeline grows over ${limits.weight} characters`
    this.#mistakes.add('PIPELINE_TOO_BIG', node.place, message)
    return locatedScalar(null, node.place)
  }

  #list(list: LocatedList): Located {
    let changed = false
    const items = list.items.flatMap((item) => {
      const filled = this.node(item)
      changed ||= filled !== item
      return item.kind === 'scalar' && filled.kind === 'list' ? filled.items : [filled]
    })
    return changed ? locatedList(items, list.place) : list
  }

  #map(map: LocatedMap): Located {
    let changed = false
    const entries = new Map<string, LocatedEntry>()
    for (const [key, entry] of map.entries) {
      const name = this.#key(key, entry)
      const value = this.node(entry.value)
      changed ||= name !== key || value !== entry.value
      if (entries.has(name))
        this.#warnings.add(
          `Key ${quote(name)} is there twice once $[[ ]] is filled in: the last one counts`,
          entry.keyPlace,
        )
      entries.set(name, value === entry.value ? entry : { keyPlace: entry.keyPlace, value })
    }
    return changed ? locatedMap(entries, map.place) : map
  }

  #key(key: string, entry: LocatedEntry): string {
    if (!key.includes('$[[')) return key
    return textOf(this.#scalar({ ...locatedScalar(key, entry.keyPlace), value: key }))
  }

  #scalar(node: Located & { kind: 'scalar'; value: string }): Located {
    if (!node.value.includes('$[[')) return node
    if (node.value.length > limits.blockTextLength) return this.#tooLong(node)
    const parts = splitBlocks(node.value)
    const [only] = parts
    if (parts.length === 1 && only?.kind === 'block') return this.#whole(only, node)
    let length = 0
    const texts = parts.map((part) => {
      const text = part.kind === 'text' ? part.text : this.#inside(part, node)
      length += text.length
      return length > limits.blockTextLength ? '' : text
    })
    if (length > limits.blockTextLength) return this.#tooLong(node)
    this.#spend(length)
    return locatedScalar(texts.join(''), node.place)
  }

  #whole(block: TextPart & { kind: 'block' }, node: Located): Located {
    const value = this.#value(block, node)
    if (value === null) return node
    this.#spend(value.weight)
    return value.kind === 'scalar' ? locatedScalar(value.value, node.place, value.text) : value
  }

  #inside(block: TextPart & { kind: 'block' }, node: Located): string {
    const value = this.#value(block, node)
    return value === null ? block.source : textOf(value)
  }

  #tooLong(node: Located): Located {
    const message = `Cannot fill in $[[ ]]: the text has more than ${limits.blockTextLength} characters`
    this.#mistakes.add('PIPELINE_TOO_BIG', node.place, message)
    return locatedScalar(null, node.place)
  }

  #spend(length: number): void {
    this.#budget.left -= length
    if (this.#budget.left >= 0) return
    const message = `Cannot fill in $[[ ]]: it makes more than ${limits.expandedLength} characters`
    throw new CompileLimit('PIPELINE_TOO_BIG', message)
  }

  #value(block: TextPart & { kind: 'block' }, node: Located): Located | null {
    const known = this.#values.get(block.source)
    if (known !== undefined) return known
    const value = this.#values.size < limits.blocks ? this.#evaluate(block, node) : this.#tooMany(node)
    this.#values.set(block.source, value)
    return value
  }

  #tooMany(node: Located): null {
    const message = `Cannot fill in $[[ ]]: the file has more than ${limits.blocks} different ones`
    this.#mistakes.add('PIPELINE_TOO_BIG', node.place, message)
    return null
  }

  #evaluate(block: TextPart & { kind: 'block' }, node: Located): Located | null {
    const fail = (fault: string): null => {
      const message = `Cannot fill in ${quote(block.source)}: ${fault}`
      this.#mistakes.add('PIPELINE_INTERPOLATION', node.place, message)
      return null
    }
    if (block.expression.length > limits.blockLength) return fail(`it has more than ${limits.blockLength} characters`)
    const [access = '', ...functions] = block.expression.split('|').map((piece) => piece.trim())
    // Filled in for each job of a matrix, later.
    if (access.startsWith('matrix.')) return locatedScalar(block.source, node.place)
    if (functions.length > limits.blockFunctions) {
      return fail(`it has ${functions.length} functions; wanted ${limits.blockFunctions} at most`)
    }
    const found = this.#find(access, node)
    if ('fault' in found) return fail(found.fault)
    let value = found.value
    for (const written of functions) {
      const result = applyFunction(written, value, this.#scope.find)
      if (!result.ok) return fail(result.fault)
      value = result.value
    }
    return value
  }

  #find(access: string, node: Located): { value: Located } | { fault: string } {
    const { inputs, component } = this.#scope
    const [, context = '', name = ''] = /^([^.]*)\.?(.*)$/s.exec(access) ?? []
    if (context === 'inputs' && name !== '') {
      const value = inputs.get(name)
      if (value !== undefined) return { value }
      return { fault: `input ${quote(name)} is not defined${this.#mistakes.hint(name, () => [...inputs.keys()])}` }
    }
    if (context === 'component' && name !== '') {
      const field = component.get(name)
      if (field !== undefined) return { value: locatedScalar(field, node.place) }
      return { fault: `${quote(access)} is not there; wanted an include by component, and the field in spec:component` }
    }
    return { fault: `${quote(access)} is unknown; wanted inputs.NAME, component.NAME or matrix.NAME` }
  }
}
