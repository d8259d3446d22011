/** The serving release: adopted or started again, healthy, with all the weight, before anything else is done. */
import { ask, patch, toPhase, type Turn } from '../turn.ts'
import { enterMigrating } from './migrating.ts'

export function onBegun(turn: Turn): Turn {
  const { phase, instances } = turn.state
  if (phase.kind !== 'new') return turn
  const { stable } = instances
  if (stable === undefined) return enterMigrating(turn)
  const { instanceId, role, releaseDigest } = stable
  return ask(toPhase(turn, { kind: 'securing' }), 'securing/start-instance/stable', {
    kind: 'start-instance',
    instanceId,
    role,
    releaseDigest,
  })
}

export const onSecured = (turn: Turn): Turn => enterMigrating(patch(turn, { secured: true }))

/** It does not run, so it can neither serve nor be compared with; the new release is let in without it. */
export const onNotSecured = (turn: Turn): Turn => enterMigrating(turn)
