import type { Actor } from '@sluice/contracts/events'

/** Who does what follows from a step of a run. */
export const engine: Actor = { kind: 'system', id: 'engine' }
