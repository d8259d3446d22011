import { formatDuration, SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from '../errors.ts'
import { createBackOff } from '../processes/back-off.ts'
import { keepRunning } from '../processes/keep-running.ts'
import { identityOrDead, type ProcessIdentity } from '../processes/process-identity.ts'
import { sentenceOf } from '../say-error.ts'
import { byFullDisk } from './disk-full.ts'
import { startDatabase, startRouter, startRunner, startServer } from './parts.ts'
import type { PartName, RunningPlatform } from './start-platform.ts'

export interface KeepPlatformOptions {
  signal: AbortSignal
  say: (sentence: string) => void
  /** For a command that ends by itself: a part that fails for longer than `giveUpAfterMs` ends it, with this error. */
  onGivenUp?: ((error: unknown) => void) | undefined
  /** 60 s by default. */
  giveUpAfterMs?: number | undefined
}

/** Starts a part again whenever it dies, until the signal. */
export async function keepPlatform(platform: RunningPlatform, options: KeepPlatformOptions): Promise<void> {
  const { settings, records } = platform
  const { signal, say, onGivenUp, giveUpAfterMs = 60_000 } = options
  const starts: Record<PartName, () => Promise<ProcessIdentity>> = {
    PostgreSQL: async () => identityOrDead((await startDatabase(settings)).pid),
    router: () => startRouter(settings, records),
    server: () => startServer(settings, records, platform.serverChoice),
    runner: () => startRunner(settings, records, platform.url),
  }
  const start = async (name: PartName): Promise<ProcessIdentity> => {
    try {
      return await starts[name]()
    } catch (error) {
      throw await byFullDisk(settings.data, `start ${inSentence(name)} again`, error)
    }
  }
  await Promise.all(
    platform.parts.map(({ name, pid, startTime }) =>
      keepRunning(
        { name, identity: { pid, startTime }, start: () => start(name) },
        {
          signal,
          backOff: createBackOff(),
          giveUpAfterMs: onGivenUp === undefined ? undefined : giveUpAfterMs,
          onDeath: (_, waitMs) => say(`${atBegin(name)} died; it is started again in ${formatDuration(waitMs)}`),
          onStarted: (_, identity) => say(`${atBegin(name)} runs again, process ${identity.pid}`),
          onFailure: (_, error) => say(sentenceOf(error)),
          onGivenUp: (_, error) => onGivenUp?.(error ?? diesAgain(name, settings.logFolder)),
        },
      ),
    ),
  )
}

const inSentence = (part: PartName): string => (part === 'PostgreSQL' ? part : `the ${part}`)
const atBegin = (part: PartName): string => (part === 'PostgreSQL' ? part : `The ${part}`)

function diesAgain(part: PartName, logFolder: string): SluiceError {
  return new SluiceError<CliErrorCode>(
    'CLI_PART_FAILED',
    `Cannot keep ${inSentence(part)} running: it dies again and again right after its start (logs: ${logFolder})`,
  )
}
