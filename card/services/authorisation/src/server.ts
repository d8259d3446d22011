import { processLog } from './log.ts'
import { startService } from './service.ts'
import { readSettings } from './settings.ts'

/** The service as a process: runs until SIGTERM or SIGINT, then drains and exits with 0. */
async function main(): Promise<void> {
  const service = await startService(readSettings(process.env), processLog)
  const stop = (): void => {
    service.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    )
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

function fail(error: unknown): never {
  processLog('failed', { fault: error instanceof Error ? error.message : String(error) })
  process.exit(1)
}

main().catch(fail)
