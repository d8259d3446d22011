/** `sluice`: the command line. */
import { createRequire, enableCompileCache } from 'node:module'
import type * as Program from './program.ts'
import { findBundle } from './bundle/find-bundle.ts'
import { watchOutput } from './terminal/watch-output.ts'
import { writeWhole } from './terminal/write-whole.ts'

enableCompileCache()
for (const stream of [process.stdout, process.stderr]) writeWhole(stream)
const output = watchOutput()

/** Commands that end by themselves, and soon: from sources they load 450 modules in 110 ms, from a bundle a few in 15. */
const bundled = new Set(['run', 'gate', 'plan', 'explain', 'lint', 'graph'])

const args = process.argv.slice(2)
const isBundled = bundled.has(args[0] ?? '') && process.env['SLUICE_FROM_SOURCES'] === undefined
const bundle = isBundled ? findBundle() : null

/** Without the installed packages nothing else of ours can be loaded, not even what says errors. */
const fromSources = async (): Promise<typeof Program> => import('./program.ts')
/** By `require`: an `import` of a part of Node reads all that it has, and for that loads what nothing here uses. */
const fromBundle = async (path: string): Promise<typeof Program> =>
  createRequire(import.meta.url)(path) as typeof Program
const program = bundle === null ? fromSources() : fromBundle(bundle).catch(fromSources)
const { runProgram } = await program.catch((error: NodeJS.ErrnoException) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
  const reason = error.message.split('\n')[0]
  process.stderr.write(
    `sluice: Cannot start: packages are missing; run "npm ci" first (${reason}) [CLI_MODULES_MISSING]\n`,
  )
  process.exit(3)
})
const status = await runProgram(args)
if (isBundled && bundle === null) (await import('./bundle/renew-bundle.ts')).renewBundle()
process.exit(await output.settle(status))
