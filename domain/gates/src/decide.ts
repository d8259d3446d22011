import type { Verdict } from '@sluice/contracts/evidence'
import { decideClause } from './decide-clause.ts'
import type { DecideInput } from './decide-input.ts'
import { verdictSentence } from './sentence.ts'

/**
 * Decides a gate. Pure: equal inputs give equal verdicts to the byte, in whatever order evidence comes. It opens only
 * where every rule passes; missing, broken, foreign and untrusted evidence are states of their own, never a pass.
 */
export function decide(input: DecideInput): Verdict {
  const { id, runId, gate, policy, subject, at } = input
  const clauses = gate.rules.map((rule) => decideClause(rule, input))
  return {
    id,
    runId,
    gate: gate.name,
    decision: clauses.length > 0 && clauses.every((clause) => clause.state === 'pass') ? 'open' : 'closed',
    policy,
    subject,
    clauses,
    at,
    sentence: verdictSentence(gate, clauses),
  }
}
