import type { FindingLevel } from '@sluice/contracts/evidence'

/** Order of findings in a fact: the most severe first. */
export const severity: Record<FindingLevel, number> = { error: 0, warning: 1, note: 2, none: 3 }
