import { enableCompileCache } from 'node:module'
import { SluiceError } from '@sluice/kernel'
import { readConfig } from './config.ts'
import { startRouter } from './start-router.ts'

enableCompileCache()

const say = (line: unknown): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

try {
  const router = await startRouter(await readConfig(process.argv.slice(2)))
  const sites = router.sites().map(({ name, url }) => ({ name, url }))
  say({ ready: true, pid: process.pid, control: router.controlPath, sites })
  // Who reads the line may go away; the router serves on.
  process.stdout.on('error', () => undefined)
  let closing = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (!closing) void router.close()
      closing = true
    })
  }
} catch (error) {
  process.stderr.write(`${error instanceof SluiceError ? error.toString() : String(error)}\n`)
  process.exitCode = 1
}
