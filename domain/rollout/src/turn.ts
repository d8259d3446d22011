/** One turn of the machine: a state on its way and the commands gathered so far. Every function gives a new turn. */
import type {
  InstanceRole,
  InstanceState,
  PendingCommand,
  RolloutAdvance,
  RolloutEntry,
  RolloutPhase,
  RolloutState,
} from './rollout.ts'

export type Turn = RolloutAdvance

/** A command without its id, which the turn makes. */
type Asked = PendingCommand extends infer C ? (C extends PendingCommand ? Omit<C, 'id'> : never) : never

export const turnOf = (state: RolloutState): Turn => ({ state, commands: [] })

export function patch(turn: Turn, change: Partial<RolloutState>): Turn {
  return { ...turn, state: { ...turn.state, ...change } }
}

export const toPhase = (turn: Turn, phase: RolloutPhase): Turn => patch(turn, { phase })

const commandId = (state: RolloutState, suffix: string): string => `${state.input.deploymentId}/${suffix}`

/** Asks the host for something and waits for the answer. `suffix` names it within the deployment, once for all. */
export function ask(turn: Turn, suffix: string, asked: Asked): Turn {
  const command: PendingCommand = { ...asked, id: commandId(turn.state, suffix) }
  return {
    state: { ...turn.state, pending: [...turn.state.pending, command] },
    commands: [...turn.commands, command],
  }
}

export function record(turn: Turn, suffix: string, entry: RolloutEntry): Turn {
  const id = commandId(turn.state, `record/${suffix}`)
  return { ...turn, commands: [...turn.commands, { kind: 'record', id, entry }] }
}

/** The answered command leaves `pending`. */
export function answered(turn: Turn, id: string): Turn {
  return patch(turn, { pending: turn.state.pending.filter((command) => command.id !== id) })
}

/** What was asked for is no longer wanted. */
export function forgetPending(turn: Turn): Turn {
  const pending = new Set(turn.state.pending.map((command) => command.id))
  const commands = turn.commands.filter((command) => !pending.has(command.id))
  return { state: { ...turn.state, pending: [] }, commands }
}

export function withInstance(turn: Turn, instance: InstanceState): Turn {
  return patch(turn, { instances: { ...turn.state.instances, [instance.role]: instance } })
}

export function patchInstance(turn: Turn, role: InstanceRole, change: Partial<InstanceState>): Turn {
  const instance = turn.state.instances[role]
  return instance === undefined ? turn : withInstance(turn, { ...instance, ...change })
}

export function instanceOf(state: RolloutState, instanceId: string): InstanceState | null {
  return Object.values(state.instances).find((instance) => instance.instanceId === instanceId) ?? null
}

export const isHealthy = (state: RolloutState, role: InstanceRole): boolean =>
  state.instances[role]?.status === 'healthy'

/** Folds the items into the turn, one after the other. */
export function each<T>(turn: Turn, items: readonly T[], step: (turn: Turn, item: T) => Turn): Turn {
  let next = turn
  for (const item of items) next = step(next, item)
  return next
}
