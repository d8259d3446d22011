import { unreachable } from '@sluice/kernel'
import { afterTakenBack } from '../abort.ts'
import type { Turn } from '../turn.ts'
import { enterRetiring } from './retiring.ts'
import { onSecured } from './securing.ts'
import { onStepWeightsSet } from './stepping.ts'

/** The router has confirmed a table. */
export function onWeightsSet(turn: Turn, nowMs: number): Turn {
  const { phase } = turn.state
  switch (phase.kind) {
    case 'securing':
      return onSecured(turn)
    case 'stepping':
      return onStepWeightsSet(turn, phase, nowMs)
    case 'handing-over':
      return enterRetiring(turn)
    case 'aborting':
      return afterTakenBack(turn)
    case 'new':
    case 'migrating':
    case 'starting':
    case 'retiring':
    case 'finished':
      return turn
    default:
      return unreachable(phase)
  }
}
