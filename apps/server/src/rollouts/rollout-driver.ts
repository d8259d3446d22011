/**
 * Drives rollouts: takes the first pending command, carries it out, tells the machine what came of it, and so on until
 * the rollout has ended. A crash in between leaves the command pending, so it is carried out again.
 *
 *  R1  One driver a deployment in this process; a second request for it joins the first.
 *  R2  Every effect is asked for by the stored state, none from memory.
 */
import type { Clock } from '@sluice/kernel'
import {
  deadlineOf,
  environmentFor,
  type InstanceRole,
  type PendingCommand,
  type RolloutEvent,
  type RolloutState,
} from '@sluice/rollout'
import { findDeployment, findEnvironment, listDeployments, type DeploymentRow } from '@sluice/store-postgres'
import { runCommand, type CommandRunners } from './run-command.ts'
import { settingsOf } from './service-settings.ts'
import { takeEvent, type EventTakers } from './take-event.ts'

export interface DriverParts extends EventTakers, CommandRunners {
  databaseUrl: string
}

export class RolloutDriver {
  readonly #parts: DriverParts
  readonly #driving = new Map<string, Promise<void>>()
  readonly #stop = new AbortController()
  readonly #listeners = new Set<(deployment: DeploymentRow) => void>()

  constructor(parts: DriverParts) {
    this.#parts = parts
  }

  /** Calls the listener with each deployment whose rollout has ended, once its end is stored; perhaps more than once. */
  onFinished(listener: (deployment: DeploymentRow) => void): void {
    this.#listeners.add(listener)
  }

  /** Drives to the end, or until `stop`. @throws what a command threw; the caller asks again later */
  drive(deploymentId: string): Promise<void> {
    const running = this.#driving.get(deploymentId)
    if (running !== undefined) return running
    const drive = this.#drive(deploymentId)
      .catch((error: unknown) => this.#unlessStopped(error))
      .finally(() => this.#driving.delete(deploymentId))
    this.#driving.set(deploymentId, drive)
    return drive
  }

  /** Tells every open rollout which instances live, after a start of the server. @returns the deployments to drive */
  async resume(): Promise<string[]> {
    const { db, target } = this.#parts
    const open = await listDeployments(db, { open: true })
    const alive = (await target.list()).map(({ instanceId, port, pid }) => ({ instanceId, port, pid }))
    for (const { id, state } of open) {
      await this.#take(id, state.phase.kind === 'new' ? { kind: 'begun' } : { kind: 'resumed', alive })
    }
    return open.map(({ id }) => id)
  }

  /** An instance ended by itself: the rollout that uses it is told. @returns whether one does */
  async instanceExited(instanceId: string, reason: string): Promise<boolean> {
    const open = await listDeployments(this.#parts.db, { open: true })
    const using = open.filter(({ state }) =>
      Object.values(state.instances).some((instance) => instance?.instanceId === instanceId),
    )
    for (const { id } of using) await this.#take(id, { kind: 'instance-failed', commandId: null, instanceId, reason })
    return using.length > 0
  }

  async cancel(deploymentId: string, by: string): Promise<void> {
    await this.#take(deploymentId, { kind: 'cancel-requested', by })
  }

  /** Ends driving; open rollouts stay as they are stored. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await Promise.allSettled(this.#driving.values())
  }

  /** What was interrupted by the stop is no fault: the next server asks for it again. */
  #unlessStopped(error: unknown): void {
    if (!this.#stop.signal.aborted) throw error
  }

  async #drive(deploymentId: string): Promise<void> {
    const deployment = await findDeployment(this.#parts.db, deploymentId)
    if (deployment === null || deployment.finished_at !== null) return
    let state: RolloutState | null = deployment.state
    if (state.phase.kind === 'new') state = await this.#take(deploymentId, { kind: 'begun' })
    while (state !== null && state.phase.kind !== 'finished' && !this.#stop.signal.aborted) {
      const event = await this.#next(deployment, state)
      if (event === null) return
      state = await this.#take(deploymentId, event)
      if (state !== null && isLate(state, this.#parts.clock)) state = await this.#take(deploymentId, { kind: 'tick' })
    }
  }

  async #take(deploymentId: string, event: RolloutEvent): Promise<RolloutState | null> {
    const state = await takeEvent(this.#parts, deploymentId, event)
    if (state?.phase.kind !== 'finished') return state
    const deployment = await findDeployment(this.#parts.db, deploymentId)
    if (deployment !== null) for (const listener of this.#listeners) listener(deployment)
    return state
  }

  async #next(deployment: DeploymentRow, state: RolloutState): Promise<RolloutEvent | null> {
    const command = state.pending[0]
    const environment = await findEnvironment(this.#parts.db, deployment.project, deployment.environment)
    if (command === undefined || environment === null) return null
    const policy = environmentFor(state.input, roleOf(command))
    const service = settingsOf(environment, policy, this.#parts.databaseUrl)
    return runCommand(this.#parts, command, service, this.#stop.signal)
  }
}

/** Migration and exercise are programs of the new release. */
function roleOf(command: PendingCommand): InstanceRole {
  return command.kind === 'start-instance' ? command.role : 'candidate'
}

function isLate(state: RolloutState, clock: Clock): boolean {
  const deadlineMs = deadlineOf(state)
  return deadlineMs !== null && clock.now() >= deadlineMs
}
