import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, mkdir, rm } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { createClient, type Call } from '@sluice/contracts/client'
import { routes, type RunView } from '@sluice/contracts/api'
import { listDeployments, openDatabase } from '@sluice/store-postgres'
import { freshDatabase, type FreshDatabase } from '@sluice/store-postgres/testing'
import { startServer, type RunningServer } from '../src/index.ts'
import { FakeRunner } from './fake-runner.ts'
import { writeFiles } from './sample-project.ts'

interface Logged {
  message: string
  details: object
}

const writeTo =
  (logged: Logged[]) =>
  (message: string, details: object): void =>
    void logged.push({ message, details })

/** No test waits long for a database that another server holds. */
const options = { patienceMs: 500 }

/** A server on a database of its own, a real router, a project in a folder; nothing is left of it after `close`. */
export class TestPlatform {
  readonly folder: string
  readonly database: FreshDatabase
  /** What the server wrote to its log. */
  readonly logged: Logged[]
  readonly #router: ChildProcess
  readonly #firstSitePort: number
  #server: RunningServer

  private constructor(parts: {
    folder: string
    database: FreshDatabase
    router: ChildProcess
    server: RunningServer
    logged: Logged[]
    firstSitePort: number
  }) {
    this.folder = parts.folder
    this.database = parts.database
    this.logged = parts.logged
    this.#router = parts.router
    this.#server = parts.server
    this.#firstSitePort = parts.firstSitePort
  }

  /** @param firstSitePort for the URLs of environments; 0: any free ones */
  static async start(postgresUrl: string, firstSitePort = 0): Promise<TestPlatform> {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-server-'))
    const database = await freshDatabase(postgresUrl)
    const router = await startRouter(folder)
    for (const name of ['data', 'run']) await mkdir(join(folder, name), { mode: 0o700 })
    const logged: Logged[] = []
    const server = await startServer(configOf(folder, database, firstSitePort), writeTo(logged), options)
    return new TestPlatform({ folder, database, router, server, logged, firstSitePort })
  }

  get url(): string {
    return this.#server.url
  }

  /** As the server's own. */
  get stopped(): Promise<void> {
    return this.#server.stopped
  }

  get socketPath(): string {
    return join(this.folder, 'run', 'server.sock')
  }

  /** Calls as the administrator of the machine. */
  readonly call: Call = createClient({
    baseUrl: 'http://localhost',
    fetch: async (url, { method, headers, body }) => {
      const { pathname, search } = new URL(url)
      const response = await send({ socketPath: this.socketPath, path: `${pathname}${search}`, method, headers }, body)
      const text = await textOf(response)
      return { status: response.statusCode ?? 0, json: async () => JSON.parse(text) as unknown }
    },
  })

  async registerRunner(tags: string[] = []): Promise<FakeRunner> {
    const { token } = await this.call(routes.registerRunner, { body: { name: 'fake', tags } })
    return new FakeRunner(() => this.url, token)
  }

  getRun(id: string): Promise<RunView> {
    return this.call(routes.getRun, { parameters: { run: id } })
  }

  /** Registers a project of these files in a folder of its own. @returns the folder */
  async addProject(slug: string, files: Record<string, string>): Promise<string> {
    const folder = join(this.folder, slug)
    await writeFiles(folder, files)
    await this.call(routes.registerProject, { body: { slug, name: slug, folder } })
    return folder
  }

  /** Process id of what an environment's newest deployment started. */
  async pidIn(environment: string, project = 'sample'): Promise<number> {
    const { db, close } = await openDatabase(this.database.url)
    const deployments = await listDeployments(db, { project })
    await close()
    const pid = deployments.findLast((one) => one.environment === environment)?.state.instances.candidate?.pid
    if (typeof pid !== 'number') throw new Error(`nothing runs in ${environment}`)
    return pid
  }

  /** Asks, and again at every notice of the event stream, until the answer is not `null`. */
  async until<T>(ask: () => Promise<T | null>): Promise<T> {
    const stream = await send({ socketPath: this.socketPath, path: '/api/events', method: 'GET', headers: {} })
    try {
      const first = await ask()
      if (first !== null) return first
      for await (const _ of stream) {
        const answer = await ask()
        if (answer !== null) return answer
      }
      throw new Error('the event stream ended')
    } finally {
      stream.destroy()
    }
  }

  /** The run, once it is as wanted. */
  untilRun(id: string, isWanted: (run: RunView) => boolean): Promise<RunView> {
    return this.until(async () => {
      const run = await this.getRun(id)
      return isWanted(run) ? run : null
    })
  }

  /** Stops the server, not what it deployed, and starts another on the same data. */
  async restart(): Promise<void> {
    await this.#server.stop(false)
    const config = configOf(this.folder, this.database, this.#firstSitePort)
    this.#server = await startServer(config, writeTo(this.logged), options)
  }

  async close(): Promise<void> {
    await this.#server.stop(true)
    this.#router.kill('SIGTERM')
    if (this.#router.exitCode === null) await once(this.#router, 'exit')
    await this.database.drop()
    // Releases are read-only, to their owner as well.
    execFileSync('chmod', ['-R', 'u+w', this.folder])
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** Settings of a server in this folder. */
export function configOf(folder: string, database: FreshDatabase, firstSitePort = 0) {
  return {
    host: '127.0.0.1' as const,
    port: 0,
    dataFolder: join(folder, 'data'),
    runtimeFolder: join(folder, 'run'),
    databaseUrl: database.url,
    routerSocket: join(folder, 'router', 'router.sock'),
    nodeFolder: dirname(process.execPath),
    sitePorts: { first: firstSitePort },
    serviceFolders: [],
  }
}

async function startRouter(folder: string): Promise<ChildProcess> {
  const main = join(import.meta.dirname, '../../router/src/main.ts')
  const args = [main, '--control', join(folder, 'router', 'router.sock'), '--state', join(folder, 'router-table.json')]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  if (!line.includes('"ready":true')) throw new Error(`the router did not start: ${line}`)
  return child
}

function send(
  options: { socketPath: string; path: string; method: string; headers: Record<string, string> },
  body?: string,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(options, resolve).once('error', reject).end(body)
  })
}

async function textOf(response: IncomingMessage): Promise<string> {
  return Buffer.concat((await response.toArray()) as Buffer[]).toString('utf8')
}
