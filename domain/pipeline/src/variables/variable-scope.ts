import type { PlanVariable } from '@sluice/contracts/plan'
import { CompileLimit } from '../compile-limit.ts'
import { limits } from '../limits.ts'
import { hasReference, replaceReferences, unescapeDollars } from './expand.ts'

/** Characters that may still be made. */
export interface ExpansionBudget {
  left: number
}

interface Expanded {
  value: string
  masked: boolean
}

/**
 * The variables that one job, or the workflow, sees. Later layers win. References are followed through other
 * variables; one that is unknown here (the runner may know it), stands in a circle, or points to a file variable stays
 * as written.
 */
export class VariableScope {
  readonly #budget: ExpansionBudget
  readonly #variables: ReadonlyMap<string, PlanVariable>
  readonly #expanded = new Map<string, Expanded>()
  readonly #open = new Set<string>()

  /** `budget` bounds what all scopes of one compilation may make together. */
  constructor(layers: readonly (readonly PlanVariable[])[], budget: ExpansionBudget = { left: limits.expandedLength }) {
    this.#budget = budget
    const variables = new Map<string, PlanVariable>()
    for (const layer of layers) {
      for (const variable of layer) {
        // Deleted first, so that the order is the order of precedence.
        variables.delete(variable.key)
        variables.set(variable.key, variable)
      }
    }
    this.#variables = variables
  }

  /** The value as it is written, which is what expressions of rules compare; `null` when the variable is not set. */
  written(name: string): string | null {
    return this.#variables.get(name)?.value ?? null
  }

  /** The written value for people: hidden when masked. */
  shown(name: string): string | null {
    const variable = this.#variables.get(name)
    return variable?.masked === true ? '[masked]' : (variable?.value ?? null)
  }

  /** A text of the pipeline with its variables filled in; unknown ones stay. */
  expandText(text: string): string {
    return finish(this.#replace(text).value)
  }

  /**
   * Every variable, expanded, each key once, in order of precedence. A value that needs nothing more of the runner but
   * holds a `$` is marked raw, so that the runner leaves it alone.
   * @param keepsWritten whether what is filled in also stands as it was written
   */
  resolved(keepsWritten = false): PlanVariable[] {
    return [...this.#variables.values()].map((variable) => this.#resolve(variable, keepsWritten))
  }

  /** A variable that another pipeline gets, whatever this one has of its name; filled in as `resolved` does. */
  handedOn(variable: PlanVariable, keepsWritten: boolean): PlanVariable {
    if (variable.raw === true || variable.file === true || !variable.value.includes('$')) return variable
    this.#open.add(variable.key)
    const { value, masked } = this.#replace(variable.value)
    this.#open.delete(variable.key)
    const final = finish(value)
    return {
      key: variable.key,
      value: final,
      ...(masked || variable.masked === true ? { masked: true } : {}),
      ...(final.includes('$') && !hasReference(value) ? { raw: true } : {}),
      ...(keepsWritten && value !== variable.value ? { written: variable.value } : {}),
    }
  }

  #resolve(variable: PlanVariable, keepsWritten: boolean): PlanVariable {
    if (variable.raw === true || variable.file === true) return variable
    // Nothing to fill in: shared between all jobs, of which there may be thousands.
    if (variable.masked === undefined && !variable.value.includes('$')) return variable
    const { value, masked } = this.#expand(variable)
    const final = finish(value)
    return {
      key: variable.key,
      value: final,
      ...(masked ? { masked } : {}),
      ...(final.includes('$') && !hasReference(value) ? { raw: true } : {}),
      ...(keepsWritten && value !== variable.value ? { written: variable.value } : {}),
    }
  }

  #expand(variable: PlanVariable): Expanded {
    if (variable.raw === true)
      return { value: variable.value.replaceAll('$', '$$$$'), masked: variable.masked === true }
    const known = this.#expanded.get(variable.key)
    if (known !== undefined) return known
    this.#open.add(variable.key)
    const replaced = this.#replace(variable.value)
    this.#open.delete(variable.key)
    const expanded = { value: replaced.value, masked: replaced.masked || variable.masked === true }
    this.#expanded.set(variable.key, expanded)
    return expanded
  }

  #spend(length: number): void {
    this.#budget.left -= Math.min(length, limits.variableLength)
    if (this.#budget.left >= 0) return
    const message = `Cannot fill in the variables: it makes more than ${limits.expandedLength} characters`
    throw new CompileLimit('PIPELINE_TOO_BIG', message)
  }

  #replace(text: string): Expanded {
    let masked = false
    let length = 0
    const value = replaceReferences(text, (name) => {
      const target = this.#variables.get(name)
      if (target === undefined || target.file === true || this.#open.has(name)) return null
      if (this.#open.size >= limits.variableDepth) return null
      const expanded = this.#expand(target)
      masked ||= expanded.masked
      length += expanded.value.length
      if (length > limits.variableLength) return null
      return expanded.value
    })
    this.#spend(length)
    return length > limits.variableLength ? { value: text, masked } : { value, masked }
  }
}

function finish(value: string): string {
  return hasReference(value) ? value : unescapeDollars(value)
}
