import type { ClauseResult } from '@sluice/contracts/evidence'
import type { GateRule } from '@sluice/contracts/policy'
import { faultOf, type Needed } from './check-evidence.ts'
import { chooseEvidence } from './choose-evidence.ts'
import type { DecideInput } from './decide-input.ts'
import { fromCel, toCel } from './expression/cel-value.ts'
import { compileExpression, type Compiled } from './expression/compile.ts'
import type { ReadPath } from './expression/reads.ts'
import { errorSentence, ruleSentence } from './sentence.ts'

type Program = Extract<Compiled, { ok: true }>

/** Decides one rule. Whatever is not plainly true is a state other than `pass`. */
export function decideClause(rule: GateRule, input: DecideInput): ClauseResult {
  const compiled = compileExpression(rule.expr, input.sources)
  const names = [...new Set([...rule.requires, ...(compiled.ok ? compiled.reports : [])])]
  const needed = names.map((name) => neededOf(name, input))
  const evidence = needed.flatMap(({ record }) => (record ? [record.id] : []))
  const common = { rule: rule.name, expr: rule.expr, evidence }
  const fault = faultOf(needed, input)
  if (fault) return { ...common, ...fault, values: {} }
  if (!compiled.ok) return { ...common, state: 'error', values: {}, sentence: errorSentence(rule, compiled.mistake) }
  return { ...common, ...evaluate(rule, compiled, variablesOf(needed, input)) }
}

function neededOf(name: string, { evidence, sources, refused, lastAttempts }: DecideInput): Needed {
  const source = sources.find((one) => one.name === name)
  const record = chooseEvidence(name, evidence, source, lastAttempts)
  return { name, source, record, refused: refused.find((one) => one.name === name) }
}

/** Only the reports that the clause needs are there, so that it cannot read one that was not checked. */
function variablesOf(needed: readonly Needed[], input: DecideInput): Record<string, unknown> {
  const facts = Object.fromEntries(needed.flatMap(({ name, record }) => (record ? [[name, toCel(record.fact)]] : [])))
  return { ...facts, evidence: facts, run: { isolated: isIsolated(input) } }
}

/** Whether every report that counts came from a job that was isolated; no report, no proof. */
function isIsolated({ evidence, sources, lastAttempts }: DecideInput): boolean {
  const names = [...new Set(evidence.map(({ name }) => name))]
  const counting = names.map((name) =>
    chooseEvidence(
      name,
      evidence,
      sources.find((one) => one.name === name),
      lastAttempts,
    ),
  )
  return counting.length > 0 && counting.every((record) => record !== null && record.producer.isolation !== 'none')
}

function evaluate(
  rule: GateRule,
  program: Program,
  variables: Record<string, unknown>,
): Pick<ClauseResult, 'state' | 'values' | 'sentence'> {
  const values = Object.fromEntries(program.paths.map((path) => [pathText(path), fromCel(valueAt(variables, path))]))
  try {
    const result = program.evaluate(variables)
    if (typeof result !== 'boolean') {
      return { state: 'error', values, sentence: errorSentence(rule, `it yields ${typeName(result)}, wanted bool`) }
    }
    return { state: result ? 'pass' : 'fail', values, sentence: ruleSentence(rule, result, values) }
  } catch (error) {
    const unknown = Object.keys(values).filter((path) => values[path] === null)
    const { summary, message } = error as { summary?: string; message?: string }
    const why =
      unknown.length === 0 ? (summary ?? message ?? String(error)) : `the report does not tell ${unknown.join(', ')}`
    return { state: 'error', values, sentence: errorSentence(rule, why) }
  }
}

function valueAt(variables: Record<string, unknown>, path: ReadPath): unknown {
  let value: unknown = variables
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return null
    value = (value as Record<string, unknown>)[part]
  }
  return value
}

/** As one would write it: `tests.failed`, `evidence["code-scan"].errors`. */
function pathText(path: ReadPath): string {
  const [root = '', ...rest] = path
  return root + rest.map((part) => (/^[A-Za-z_]\w*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`)).join('')
}

const typeName = (value: unknown): string =>
  value === null ? 'null' : typeof value === 'bigint' ? 'int' : typeof value
