import { setTimeout as delay } from 'node:timers/promises'
import { SluiceError, unreachable } from '@sluice/kernel'
import type {
  MetricSource,
  PendingCommand,
  RolloutEvent,
  ServiceSettings,
  Target,
  TrafficRouter,
} from '@sluice/rollout'

export interface CommandRunners {
  target: Target
  router: TrafficRouter
  metrics: MetricSource
}

/** A stopped instance has this long for its requests in flight. */
const stopGraceMs = 10_000

/**
 * Carries out one command of a rollout on the real things and says what came of it. Safe to repeat: every port is.
 * A fault that is no answer (the router is away) throws, and the command is tried again.
 */
export async function runCommand(
  runners: CommandRunners,
  command: PendingCommand,
  service: ServiceSettings,
  signal: AbortSignal,
): Promise<RolloutEvent> {
  const { target, router, metrics } = runners
  const commandId = command.id
  switch (command.kind) {
    case 'migrate':
      return migrate(target, command, service)
    case 'start-instance':
      return startInstance(target, command, service)
    case 'check-health': {
      const { instanceId, path, timeoutMs } = command
      const health = await target.health(instanceId, { path, timeoutMs })
      return health.healthy
        ? { kind: 'healthy', commandId, instanceId }
        : { kind: 'unhealthy', commandId, instanceId, reason: health.reason }
    }
    case 'set-weights':
      return setWeights(router, command)
    case 'start-exercise':
      return startExercise(runners, command, service)
    case 'observe': {
      await delay(command.afterMs, undefined, { signal })
      return { kind: 'observed', commandId, counters: await metrics.read(command.siteName) }
    }
    case 'stop-exercise':
      await target.stopExercise(command.exerciseId)
      return { kind: 'exercise-stopped', commandId }
    case 'stop-instance':
      await target.stop(command.instanceId, stopGraceMs)
      return { kind: 'instance-stopped', commandId, instanceId: command.instanceId }
    default:
      return unreachable(command)
  }
}

type Of<K extends PendingCommand['kind']> = Extract<PendingCommand, { kind: K }>

async function migrate(target: Target, command: Of<'migrate'>, service: ServiceSettings): Promise<RolloutEvent> {
  const { id: commandId, releaseDigest } = command
  try {
    const { succeeded, exitCode, output } = await target.migrate({ commandId, releaseDigest, service })
    if (succeeded) return { kind: 'migrated', commandId }
    const reason = `exit code ${exitCode ?? 'unknown'}: ${output.trim().split('\n').at(-1) ?? ''}`
    return { kind: 'migrate-failed', commandId, reason, ran: true }
  } catch (error) {
    return { kind: 'migrate-failed', commandId, reason: messageOf(error), ran: false }
  }
}

async function setWeights(router: TrafficRouter, { id: commandId, site }: Of<'set-weights'>): Promise<RolloutEvent> {
  try {
    const { generation } = await router.apply(site)
    return { kind: 'weights-set', commandId, generation }
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'ROLLOUT_GENERATION_STALE') throw error
    const known = (await router.status()).find(({ name }) => name === site.name)
    return { kind: 'weights-stale', commandId, generation: known?.generation ?? site.generation }
  }
}

async function startInstance(
  target: Target,
  command: Of<'start-instance'>,
  service: ServiceSettings,
): Promise<RolloutEvent> {
  const { instanceId, role, releaseDigest } = command
  try {
    const { port, pid } = await target.start({ instanceId, role, releaseDigest, service })
    return { kind: 'instance-started', commandId: command.id, instanceId, port, pid }
  } catch (error) {
    return {
      kind: 'instance-failed',
      commandId: command.id,
      instanceId,
      reason: messageOf(error),
    }
  }
}

async function startExercise(
  { target, router }: CommandRunners,
  command: Of<'start-exercise'>,
  service: ServiceSettings,
): Promise<RolloutEvent> {
  const site = (await router.status()).find(({ name }) => name === command.siteName)
  try {
    const { exerciseId, releaseDigest } = command
    await target.startExercise({ exerciseId, releaseDigest, service, targetUrl: site?.url ?? '' })
    return { kind: 'exercise-started', commandId: command.id }
  } catch (error) {
    return {
      kind: 'exercise-failed',
      commandId: command.id,
      reason: messageOf(error),
    }
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
