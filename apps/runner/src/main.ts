/**
 * `node main.ts --config FILE [--stop-jobs]`: runs jobs until SIGTERM or SIGINT.
 *
 * The first signal ends asking and lets running jobs end; with `--stop-jobs`, and on a second signal, running jobs are
 * stopped and reported as failed by the system. Exit status: 0 drained, 1 a fault of this program, 2 settings that cannot
 * be used, 3 the server refused the token.
 */
import { parseArgs } from 'node:util'
import { detectIsolation } from '@sluice/isolation-namespaces'
import { SluiceError } from '@sluice/kernel'
import { readRunnerConfig } from './runner-config.ts'
import { jsonLog } from './runner-log.ts'
import { startRunner } from './runner.ts'

const clock = { now: () => Date.now() }
const log = jsonLog((line) => process.stdout.write(line), clock)

const exitCodes: Record<string, number> = { RUNNER_CONFIG: 2, RUNNER_TOKEN_REFUSED: 3 }

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { config: { type: 'string' }, 'stop-jobs': { type: 'boolean', default: false } },
  })
  if (values.config === undefined)
    throw new SluiceError('RUNNER_CONFIG', 'Cannot start the runner: wanted --config FILE')
  const config = await readRunnerConfig(values.config)
  const isolation = await detectIsolation()
  const runner = await startRunner({ config, isolation, clock, log, path: process.env['PATH'] ?? '' })
  let signals = 0
  const onSignal = (): void => {
    signals += 1
    if (values['stop-jobs'] || signals > 1) runner.stopJobs()
    else runner.drain()
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  await runner.done
}

try {
  await main()
} catch (cause) {
  const code = cause instanceof SluiceError ? cause.code : null
  log('error', (cause as Error).message, code === null ? {} : { code })
  process.exitCode = exitCodes[code ?? ''] ?? 1
}
