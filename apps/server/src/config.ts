import { readFile } from 'node:fs/promises'
import { schemaWords } from '@sluice/contracts/schema-words'
import { SluiceError } from '@sluice/kernel'
import { z } from 'zod'

/** What the server is told at its start, in a file of mode 0600. Nothing else is read from outside. */
const serverConfig = z.strictObject({
  host: z.literal('127.0.0.1').default('127.0.0.1'),
  /** Of the console and the API; 0 lets the system choose. */
  port: z.int().min(0).max(65_535),
  /** Blobs, logs, repositories, keys. Mode 0700. */
  dataFolder: z.string().startsWith('/'),
  /** Unix sockets; a short path. Mode 0700. */
  runtimeFolder: z.string().startsWith('/'),
  databaseUrl: z.string().min(1),
  /** Built console; absent, only the API is served. */
  consoleFolder: z.string().startsWith('/').optional(),
  routerSocket: z.string().startsWith('/'),
  /** Folder of the pinned Node's `bin`, for services that are started with `node`. */
  nodeFolder: z.string().startsWith('/'),
  /** A new environment's URL gets the lowest port from `first` on that no other has, for good; 0 lets the router choose. */
  sitePorts: z.strictObject({ first: z.int().min(0).max(65_000) }),
  /** Folders beside the data folder that services must reach, such as the one of PostgreSQL's socket. */
  serviceFolders: z.array(z.string().startsWith('/')).default([]),
})
export type ServerConfig = z.infer<typeof serverConfig>

/** @throws SluiceError SERVER_CONFIG with every fault of the file */
export async function readConfig(path: string): Promise<ServerConfig> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SluiceError('SERVER_CONFIG', `Cannot start the server: configuration "${path}" cannot be read`, { cause })
  })
  const read = serverConfig.safeParse(parseJson(text, path), { error: schemaWords })
  if (read.success) return read.data
  const faults = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
  throw new SluiceError('SERVER_CONFIG', `Cannot start the server: configuration "${path}" has faults: ${faults}`)
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new SluiceError('SERVER_CONFIG', `Cannot start the server: configuration "${path}" is no JSON`, { cause })
  }
}
