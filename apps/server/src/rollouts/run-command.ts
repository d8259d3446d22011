import { setTimeout as delay } from 'node:timers/promises'
import { unreachable } from '@sluice/kernel'
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
    case 'migrate': {
      const { succeeded, exitCode, output } = await target.migrate({
        commandId,
        releaseDigest: command.releaseDigest,
        service,
      })
      if (succeeded) return { kind: 'migrated', commandId }
      return {
        kind: 'migrate-failed',
        commandId,
        reason: `exit code ${exitCode ?? 'unknown'}: ${output.trim().split('\n').at(-1) ?? ''}`,
      }
    }
    case 'start-instance':
      return startInstance(target, command, service)
    case 'check-health': {
      const { instanceId, path, timeoutMs } = command
      const health = await target.health(instanceId, { path, timeoutMs })
      return health.healthy
        ? { kind: 'healthy', commandId, instanceId }
        : { kind: 'unhealthy', commandId, instanceId, reason: health.reason }
    }
    case 'set-weights': {
      const { generation } = await router.apply(command.site)
      return { kind: 'weights-set', commandId, generation }
    }
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
      reason: error instanceof Error ? error.message : String(error),
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
      reason: error instanceof Error ? error.message : String(error),
    }
  }
}
