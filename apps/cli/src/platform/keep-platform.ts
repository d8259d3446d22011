import { createBackOff } from '../processes/back-off.ts'
import { keepRunning } from '../processes/keep-running.ts'
import { identityOrDead, type ProcessIdentity } from '../processes/process-identity.ts'
import { startDatabase, startRouter, startRunner, startServer } from './parts.ts'
import { formatDuration } from '@sluice/kernel'
import type { PartName, RunningPlatform } from './start-platform.ts'

/** Starts a part again whenever it dies, until the signal. */
export async function keepPlatform(
  platform: RunningPlatform,
  signal: AbortSignal,
  say: (sentence: string) => void,
): Promise<void> {
  const { settings, records } = platform
  const starts: Record<PartName, () => Promise<ProcessIdentity>> = {
    PostgreSQL: async () => identityOrDead((await startDatabase(settings)).pid),
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
          onDeath: (part, waitMs) => say(`${partNamed(part)} died; it is started again in ${formatDuration(waitMs)}`),
          onStarted: (part, identity) => say(`${partNamed(part)} runs again, process ${identity.pid}`),
          onFailure: (_part, error) => say(error instanceof Error ? error.message : String(error)),
        },
      ),
    ),
  )
}

const partNamed = (part: string): string => (part === 'PostgreSQL' ? part : `The ${part}`)
