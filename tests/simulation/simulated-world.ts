/** What really happened out there, which no crash of the host undoes. */
import type { EnvironmentPolicy } from '@sluice/contracts/policy'
import {
  environmentFor,
  type InstanceRole,
  type PendingCommand,
  type RolloutEvent,
  type RolloutState,
} from '@sluice/rollout'
import { sampleEnvironment } from '@sluice/rollout/testing'
import { SimulatedEnvironment } from './simulated-environment.ts'

export function environmentOf(name: string, command: string): EnvironmentPolicy {
  const sample = sampleEnvironment(name === 'staging' ? 'recreate' : 'canary')
  return { ...sample, name, target: { ...sample.target, command: [command] } }
}

export class SimulatedWorld {
  gate: 'open' | 'closed' | null = null
  releases = 0
  /** Deployments that were begun, in order. */
  readonly begun: string[] = []
  readonly promoted: string[] = []
  /** Role of an environment's deployment → ids under which it was started. */
  readonly instances = new Map<string, Set<string>>()
  readonly migrations = new Map<string, number>()
  crashes = 0
  deaths = 0
  readonly environments: SimulatedEnvironment[]
  /** A person asked to stop; what was begun after that. */
  isCanceled = false
  readonly begunAfterCancel: string[] = []
  /** Asked back without ever having begun. */
  lostCancels = 0
  /** Waited for a deployment of another change, and was canceled meanwhile. */
  canceledInQueue = 0
  #requests = 0

  constructor(environments: readonly string[]) {
    this.environments = environments.map(
      (name) => new SimulatedEnvironment(name, { instanceId: `${name}-1.candidate`, command: 'old' }),
    )
  }

  environment(name: string): SimulatedEnvironment {
    const found = this.environments.find((environment) => environment.name === name)
    if (found === undefined) throw new Error(`no environment ${name}`)
    return found
  }

  /** Carries out a command of a rollout, and says what came of it. */
  answerTo(state: RolloutState, command: PendingCommand, failsToStart: () => boolean): RolloutEvent {
    const { name } = state.input.environment
    const commandId = command.id
    switch (command.kind) {
      case 'migrate':
        this.migrations.set(name, (this.migrations.get(name) ?? 0) + 1)
        return { kind: 'migrated', commandId }
      case 'start-instance':
        return this.#startInstance(state, command, failsToStart)
      case 'check-health':
        return this.environment(name).health(command)
      case 'set-weights':
        return this.environment(name).apply(command)
      case 'observe':
        return { kind: 'observed', commandId, counters: this.#counters(state) }
      case 'start-exercise':
        return { kind: 'exercise-started', commandId }
      case 'stop-exercise':
        return { kind: 'exercise-stopped', commandId }
      default:
        this.environment(name).stop(command.instanceId)
        return { kind: 'instance-stopped', commandId, instanceId: command.instanceId }
    }
  }

  #startInstance(
    { input }: RolloutState,
    command: Extract<PendingCommand, { kind: 'start-instance' }>,
    failsToStart: () => boolean,
  ): RolloutEvent {
    const { id: commandId, instanceId, role } = command
    if (failsToStart()) return { kind: 'instance-failed', commandId, instanceId, reason: 'no memory' }
    const { name } = input.environment
    const key = `${name}/${role}`
    this.instances.set(key, (this.instances.get(key) ?? new Set()).add(instanceId))
    return this.environment(name).start(command, commandOf(input, role))
  }

  #counters({ input: { previous, deploymentId } }: RolloutState) {
    this.#requests += 1000
    return [previous?.instanceId ?? '', `${deploymentId}.candidate`, `${deploymentId}.baseline`].map((id) => ({
      id,
      requests: this.#requests,
      errors: 0,
      latencyBoundsMs: [10, null],
      latencyCounts: [this.#requests, 0],
    }))
  }
}

const commandOf = (input: RolloutState['input'], role: InstanceRole): string =>
  environmentFor(input, role).target.command[0] ?? ''
