import type { PlanVariable } from '@sluice/contracts/plan'

const reference = /\$\$|\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})/g

/** The longest value that is made anew, and how long all of them are together; beyond it the plan's stands. */
const longestValue = 1_048_576
const longestInAll = 4 * longestValue

/**
 * Makes variables anew whose value leads, straight or through others, to one that a dotenv report gives another value
 * (GitLab fills variables in when a job starts). All others stay as the plan has them, and so do those that would get
 * too long.
 * @param variables all of the job; those that can be made anew have `written`
 * @param values by name, what the reports say
 */
export function refillVariable(
  variables: readonly PlanVariable[],
  values: ReadonlyMap<string, string>,
): (variable: PlanVariable) => PlanVariable {
  const known = new Map(variables.map((variable) => [variable.key, variable]))
  const refilled = new Map<string, PlanVariable>()
  const open = new Set<string>()
  let left = longestInAll

  /** What stands for a reference: with `$` doubled where it is no further reference, `null` to leave it. */
  const textOf = (name: string): string | null => {
    const value = values.get(name)
    if (value !== undefined) return value.replaceAll('$', '$$$$')
    const target = known.get(name)
    if (target === undefined || target.file === true || open.has(name)) return null
    const { value: text, raw } = refill(target)
    return raw === true ? text.replaceAll('$', '$$$$') : text
  }

  const refill = (variable: PlanVariable): PlanVariable => {
    const { key, written } = variable
    if (written === undefined) return variable
    const before = refilled.get(key)
    if (before !== undefined) return before
    open.add(key)
    const text = leadsToReport(written, known, values) ? fillIn(written, textOf) : null
    open.delete(key)
    const made = text === null || text.length > left ? variable : withText(variable, text)
    if (made !== variable) left -= made.value.length
    refilled.set(key, made)
    return made
  }
  return refill
}

function leadsToReport(
  written: string,
  known: ReadonlyMap<string, PlanVariable>,
  values: ReadonlyMap<string, string>,
  seen: Set<string> = new Set(),
): boolean {
  return namesIn(written).some((name) => {
    if (values.has(name)) return true
    if (seen.has(name)) return false
    seen.add(name)
    const next = known.get(name)?.written
    return next !== undefined && leadsToReport(next, known, values, seen)
  })
}

function namesIn(text: string): string[] {
  return [...text.matchAll(reference)].flatMap(([, plain, braced]) => plain ?? braced ?? [])
}

/** `null` where it would get too long: a text of references alone may ask for gigabytes. */
function fillIn(written: string, textOf: (name: string) => string | null): string | null {
  let length = 0
  const text = written.replaceAll(reference, (whole: string, plain?: string, braced?: string) => {
    const name = plain ?? braced
    if (name === undefined || length > longestValue) return whole
    const filled = textOf(name) ?? whole
    length += filled.length
    return length > longestValue ? whole : filled
  })
  return length > longestValue || text.length > longestValue ? null : text
}

/** With nothing left to fill in, `$$` is `$` and the value final. */
function withText(variable: PlanVariable, text: string): PlanVariable {
  const { raw: _, ...others } = variable
  if (namesIn(text).length > 0) return { ...others, value: text }
  const value = text.replaceAll('$$', () => '$')
  return { ...others, value, ...(value.includes('$') ? { raw: true } : {}) }
}
