import type { PlanVariable } from '@sluice/contracts/plan'
import type { ComponentField } from '../inputs/header.ts'
import { interpolate } from '../interpolation/interpolate.ts'
import { textOf } from '../interpolation/text-of.ts'
import { Warnings, type Told } from '../read/reading.ts'
import type { Located } from '../yaml/located.ts'
import type { ComponentContext } from './include-target.ts'
import type { FilledContent, SourceFile } from './source-file.ts'

/** Puts inputs in their places in the files of one compilation, within one budget. */
export class ContentFiller {
  readonly #variables: ReadonlyMap<string, PlanVariable>
  readonly #told: Told
  readonly #budget: { left: number }

  /**
   * @param variables for `expand_vars`, as they were set; a later one of a name wins
   * @param budget characters that may still be made
   */
  constructor(variables: readonly PlanVariable[], told: Told, budget: { left: number }) {
    this.#variables = new Map(variables.map((variable) => [variable.key, variable]))
    this.#told = told
    this.#budget = budget
  }

  /** @param fields of the component that the file may name @returns `null` where there is a mistake */
  fill(
    { filled }: SourceFile,
    content: Located,
    inputs: ReadonlyMap<string, Located>,
    component: Pick<ComponentContext, ComponentField> | null,
    fields: readonly ComponentField[],
  ): Located | null {
    const named = new Map(component === null ? [] : fields.map((field) => [field, component[field]]))
    const values = [...inputs].map(([name, value]) => [name, value.kind, textOf(value)])
    const key = JSON.stringify([values, [...named]])
    const known = filled.get(key) ?? this.#interpolate(content, inputs, named)
    if (known === null) return null
    filled.set(key, known)
    for (const { text, position } of known.warnings) if (position !== undefined) this.#told.warnings.add(text, position)
    return known.content
  }

  #interpolate(
    content: Located,
    inputs: ReadonlyMap<string, Located>,
    component: ReadonlyMap<string, string | null>,
  ): FilledContent | null {
    const { mistakes } = this.#told
    const before = mistakes.count
    const warnings = new Warnings()
    const scope = { inputs, component, find: (name: string) => this.#variable(name) }
    const filled = interpolate(content, scope, this.#budget, { mistakes, warnings })
    return mistakes.count > before ? null : { content: filled, warnings: warnings.all() }
  }

  #variable(name: string): { value: string; masked: boolean } | null {
    const variable = this.#variables.get(name)
    return variable === undefined || variable.file === true
      ? null
      : { value: variable.value, masked: variable.masked === true }
  }
}
