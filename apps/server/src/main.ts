import module from 'node:module'
import { parseArgs } from 'node:util'
import { SluiceError } from '@sluice/kernel'

module.enableCompileCache()
const { values } = parseArgs({ options: { config: { type: 'string' } } })
if (values.config === undefined) {
  process.stderr.write('server: cannot start: --config PATH is missing\n')
  process.exit(2)
}
const { readConfig } = await import('./config.ts')
const { startServer } = await import('./start-server.ts')
const say = (line: object): void =>
  void process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`)

try {
  const server = await startServer(await readConfig(values.config), (message, details) => say({ message, ...details }))
  say({ ready: true, url: server.url })
  const stop = (): void => void server.stop(false)
  process.once('SIGTERM', stop).once('SIGINT', stop)
  await server.stopped
} catch (error) {
  const message = error instanceof SluiceError ? error.toString() : String(error instanceof Error ? error.stack : error)
  process.stderr.write(`server: ${message}\n`)
  process.exitCode = 3
}
