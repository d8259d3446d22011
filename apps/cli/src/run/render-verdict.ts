import type { ClauseResult, Verdict } from '@sluice/contracts/evidence'
import pc from 'picocolors'
import { printable } from '../plan/printable.ts'

/** A gate's verdict with each clause and the values it saw. */
export function renderVerdict(verdict: Verdict, colour: boolean): string {
  const colours = pc.createColors(colour)
  const state = verdict.decision === 'open' ? colours.green('open') : colours.red('closed')
  return [
    `Gate ${colours.bold(verdict.gate)}: ${state}`,
    ...verdict.clauses.map((clause) => renderClause(clause, colour)),
  ].join('\n')
}

function renderClause(clause: ClauseResult, colour: boolean): string {
  const colours = pc.createColors(colour)
  const mark = clause.state === 'pass' ? colours.green('✔') : colours.red('✖')
  const values = Object.entries(clause.values).map(([path, value]) => `${path} = ${JSON.stringify(value)}`)
  const seen = values.length === 0 ? '' : `  (${values.join(', ')})`
  const why = clause.state === 'pass' ? clause.expr : clause.sentence.en
  return `  ${mark} ${printable(clause.rule)}: ${printable(why)}${colours.dim(printable(seen))}`
}
