import type { Reason } from '@sluice/contracts/plan'

const deciding: readonly Reason['kind'][] = ['rule', 'only', 'except', 'no-rules', 'no-match', 'workflow']

/** The reason that settled whether a job is in or out: the last one that can. */
export function decidingReason(reasons: readonly Reason[]): Reason | null {
  return reasons.findLast(({ kind }) => deciding.includes(kind)) ?? reasons.at(-1) ?? null
}
