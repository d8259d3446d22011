/** Serves the built console with made-up data: `node apps/console/testing/main.ts [port]`. */
import { join } from 'node:path'
import { startMemoryServer } from './memory-server.ts'

const server = await startMemoryServer({
  distFolder: join(import.meta.dirname, '..', 'dist'),
  port: Number(process.argv[2] ?? 7071),
})
process.stdout.write(`${server.url}\n${server.url}/sign-in#token=${server.token}\n`)
