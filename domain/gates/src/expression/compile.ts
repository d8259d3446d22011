import { Environment } from '@marcbachmann/cel-js'
import type { ReportSource } from '@sluice/contracts/policy'
import { readsOf, type ReadPath } from './reads.ts'
import { factKinds, factMembers, runMembers } from './vocabulary.ts'

/** An expression that fits the reports, or its first mistake with the offset where it stands. */
export type Compiled =
  | {
      ok: true
      /** Names of the reports that it reads, in the order of reading. */
      reports: string[]
      paths: ReadPath[]
      evaluate(variables: Record<string, unknown>): unknown
    }
  | { ok: false; mistake: string; offset: number }

/** Words of CEL, its types, and our own variables: no report may be called so. */
export const reservedNames: ReadonlySet<string> = new Set(
  (
    'true false null in as break const continue else for function if import let loop package namespace return var void ' +
    'while bool int uint double string bytes list map type dyn any null_type optional_type optional has size all exists ' +
    'exists_one filter cel run evidence'
  ).split(' '),
)

const limits = { maxAstNodes: 500, maxDepth: 32, maxListElements: 200, maxMapEntries: 50, maxCallArguments: 8 }
const identifier = /^[a-z][a-z0-9_]*$/

/**
 * Compiles and type-checks a CEL expression of a gate. Its variables are the declared reports, also as
 * `evidence.<name>` and `evidence["<name>"]`, and `run`. Time is bounded by its size times that of the reports.
 */
export function compileExpression(expr: string, sources: readonly ReportSource[]): Compiled {
  const names = new Set(sources.map(({ name }) => name))
  try {
    const program = environmentOf(sources).parse(expr)
    const { paths, refusal } = readsOf(program.ast, names)
    if (refusal) return { ok: false, mistake: refusal.why, offset: refusal.offset }
    const checked = program.check()
    if (!checked.valid) return mistakeOf(checked.error, names)
    if (checked.type !== 'bool' && checked.type !== 'dyn') {
      return {
        ok: false,
        mistake: `it yields ${checked.type?.replace(/^Fact_/, 'a whole report of ') ?? 'nothing'}, wanted bool`,
        offset: 0,
      }
    }
    const reports = [...new Set(paths.map(reportOf).filter((name) => name !== null))]
    return { ok: true, reports, paths, evaluate: (variables) => program(variables) as unknown }
  } catch (error) {
    return mistakeOf(error, names)
  }
}

/** Which report a path reads from; `null` for `run`. */
function reportOf(path: ReadPath): string | null {
  const [root, second] = path
  if (root === 'run') return null
  return (root === 'evidence' ? second : root) ?? null
}

function environmentOf(sources: readonly ReportSource[]): Environment {
  const environment = new Environment({ limits, homogeneousAggregateLiterals: false })
  for (const [kind, schema] of Object.entries(factMembers)) environment.registerType({ name: `Fact_${kind}`, schema })
  environment.registerType({ name: 'Fact_run', schema: runMembers }).registerVariable('run', 'Fact_run')
  // Of two that are called the same, the first. Backwards, as of two entries the later one wins.
  const types = new Map(sources.toReversed().map(({ name, format }) => [name, `Fact_${factKinds[format]}`]))
  if (types.size > 0) {
    const schema = Object.fromEntries(types)
    environment.registerType({ name: 'Fact_evidence', schema }).registerVariable('evidence', 'Fact_evidence')
  }
  for (const [name, type] of types) {
    if (identifier.test(name) && !reservedNames.has(name)) environment.registerVariable(name, type)
  }
  return environment
}

function mistakeOf(error: unknown, names: ReadonlySet<string>): Compiled {
  const { summary, message, range } = error as { summary?: string; message?: string; range?: { start: number } }
  const said = summary ?? message ?? String(error)
  const unknown = /^Unknown variable: (\w+)$/.exec(said)?.[1]
  const offset = range?.start ?? 0
  if (unknown === undefined) return { ok: false, mistake: said, offset }
  const dashed = [...names].filter((name) => name.startsWith(`${unknown}-`))
  const hint = dashed.length > 0 ? `; write evidence["${dashed[0]}"] for a name with dashes` : ''
  return { ok: false, mistake: `"${unknown}" is not a report that "reports" declares${hint}`, offset }
}
