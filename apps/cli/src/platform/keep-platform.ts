import { createBackOff } from '../processes/back-off.ts'
import { keepRunning } from '../processes/keep-running.ts'
import type { ProcessIdentity } from '../processes/process-identity.ts'
import { startRouter, startRunner, startServer } from './parts.ts'
import { formatDuration } from '@sluice/kernel'
import type { RunningPlatform } from './start-platform.ts'

/** Starts a part again whenever it dies, until the signal. */
export async function keepPlatform(
  platform: RunningPlatform,
  signal: AbortSignal,
  say: (sentence: string) => void,
): Promise<void> {
  const { settings, records } = platform
  const starts: Record<'router' | 'server' | 'runner', () => Promise<ProcessIdentity>> = {
    router: () => startRouter(settings, records),
    server: () => startServer(settings, records, platform.serverChoice),
    runner: () => startRunner(settings, records, platform.url),
  }
  await Promise.all(
    platform.parts.map(({ name, pid, startTime }) =>
      keepRunning(
        { name, identity: { pid, startTime }, start: starts[name] },
        {
          signal,
          backOff: createBackOff(),
          onDeath: (part, waitMs) => say(`The ${part} died; it is started again in ${formatDuration(waitMs)}`),
          onStarted: (part, identity) => say(`The ${part} runs again, process ${identity.pid}`),
          onFailure: (_part, error) => say(error instanceof Error ? error.message : String(error)),
        },
      ),
    ),
  )
}
