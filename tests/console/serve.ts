/** Serves the console with made-up data, to look at it by hand: `node tests/console/serve.ts [port]`. */
import { builtConsole } from './built-console.ts'
import { startMemoryServer } from './memory-server.ts'

const server = await startMemoryServer({ distFolder: await builtConsole(), port: Number(process.argv[2] ?? 7071) })
process.stdout.write(`${server.url}\n${server.url}/sign-in#token=${server.token}\n`)
