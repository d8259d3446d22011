/** `sluice`: the command line. */
import { enableCompileCache } from 'node:module'
import { surviveClosedOutput } from './terminal/closed-output.ts'

enableCompileCache()
surviveClosedOutput()

/** Without the installed packages nothing else of ours can be loaded, not even what says errors. */
const { runProgram } = await import('./program.ts').catch((error: NodeJS.ErrnoException) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
  const reason = error.message.split('\n')[0]
  process.stderr.write(
    `sluice: Cannot start: packages are missing; run "npm ci" first (${reason}) [CLI_MODULES_MISSING]\n`,
  )
  process.exit(3)
})
process.exit(await runProgram(process.argv.slice(2)))
