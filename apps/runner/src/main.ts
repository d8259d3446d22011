/**
 * `node main.ts --config FILE [--stop-jobs]`: runs jobs until SIGTERM or SIGINT.
 *
 * The first signal ends asking and lets running jobs end; with `--stop-jobs`, and on a second signal, running jobs are
 * stopped and reported as failed by the system. At SIGHUP the file is read again and the server called by the URL of
 * then: one that was started again elsewhere gets its running jobs back. Exit status: 0 drained, 1 a fault of this
 * program, 2 settings that cannot be used, 3 the server refused the token.
 */
import { parseArgs } from 'node:util'
import { detectIsolation } from '@sluice/isolation-namespaces'
import { SluiceError } from '@sluice/kernel'
import { readRunnerConfig } from './runner-config.ts'
import { jsonLog } from './runner-log.ts'
import { startRunner, type Runner } from './runner.ts'

const clock = { now: () => Date.now() }
const log = jsonLog((line) => process.stdout.write(line), clock)

const exitCodes: Record<string, number> = { RUNNER_CONFIG: 2, RUNNER_TOKEN_REFUSED: 3 }

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { config: { type: 'string' }, 'stop-jobs': { type: 'boolean', default: false } },
  })
  if (values.config === undefined)
    throw new SluiceError('RUNNER_CONFIG', 'Cannot start the runner: wanted --config FILE')
  const runner = await start(values.config)
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

/** Starts the runner. A SIGHUP that comes meanwhile ends nothing, and is followed as soon as there is a runner. */
async function start(file: string): Promise<Runner> {
  const started = Promise.withResolvers<Runner>()
  process.on('SIGHUP', () => {
    started.promise
      .then((runner) => move(runner, file))
      .catch((cause: unknown) => {
        log('error', `the server's URL stays: ${(cause as Error).message}`)
      })
  })
  const config = await readRunnerConfig(file)
  const isolation = await detectIsolation()
  const runner = await startRunner({ config, isolation, clock, log, path: process.env['PATH'] ?? '' })
  started.resolve(runner)
  return runner
}

async function move(runner: Runner, file: string): Promise<void> {
  const { url } = await readRunnerConfig(file)
  runner.moveTo(url)
  log('info', 'server has moved', { url })
}

try {
  await main()
} catch (cause) {
  const code = cause instanceof SluiceError ? cause.code : null
  log('error', (cause as Error).message, code === null ? {} : { code })
  process.exitCode = exitCodes[code ?? ''] ?? 1
}
