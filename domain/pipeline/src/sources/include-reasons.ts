import type { Reason, SourcePosition } from '@sluice/contracts/plan'

/** How each included file came in, by its name: `included by a.yml, line 3`. */
export class IncludeReasons {
  readonly #byName = new Map<string, Reason & { times: number }>()

  /** @param rule the reason of the rule that let it in, if it has rules */
  note(name: string, place: SourcePosition, rule: Reason | undefined): void {
    const known = this.#byName.get(name)
    if (known !== undefined) {
      known.times++
      return
    }
    const because = rule === undefined ? '' : ` (${rule.text})`
    this.#byName.set(name, {
      kind: 'include',
      text: `defined in ${name}, which ${place.path} includes${because}`,
      position: place,
      ...(rule?.values === undefined ? {} : { values: rule.values }),
      times: 1,
    })
  }

  all(): ReadonlyMap<string, Reason> {
    const reasons = [...this.#byName].map(([name, { times, ...reason }]) => {
      const text = times === 1 ? reason.text : `${reason.text}, the first of ${times} times`
      return [name, { ...reason, text }] as const
    })
    return new Map(reasons)
  }
}
