import { stopAll } from './ending.ts'
import { toPhase, type Turn } from '../turn.ts'
import { askWeights } from '../weights.ts'

/** The last table: the candidate alone. */
export function enterHandingOver(turn: Turn): Turn {
  return askWeights(toPhase(turn, { kind: 'handing-over' }), 'handing-over', { candidate: 100 })
}

/** The router has it: the old instances may go, and there is no way back. */
export function enterRetiring(turn: Turn): Turn {
  return stopAll(toPhase(turn, { kind: 'retiring' }), 'retiring', ['stable', 'baseline'])
}
