import { z } from 'zod'

/** What the service reads from its environment. */
export interface Settings {
  /** PostgreSQL URL; a Unix socket as `postgres:///name?host=/folder&user=name`. */
  databaseUrl: string
  /** Connections to the database at most, 1 to 100. */
  databaseConnectionsMax: number
  /** Address to listen on. */
  host: string
  /** Port to listen on; 0 takes a free one. */
  port: number
  /** Digest of the release that runs, or `null` outside a release. */
  releaseDigest: string | null
}

const environment = z.object({
  DATABASE_URL: z.string().min(1),
  DATABASE_CONNECTIONS_MAX: z
    .string()
    .regex(/^[1-9]\d?$|^100$/)
    .transform(Number)
    .default(10),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .refine((port) => port <= 65_535)
    .default(8080),
  RELEASE_DIGEST: z.string().min(1).optional(),
})

/** Reads the settings; throws an error that names every variable which is missing or wrong, without its value. */
export function readSettings(env: Record<string, string | undefined>): Settings {
  const read = environment.safeParse(env)
  if (!read.success) {
    const names = [...new Set(read.error.issues.map((issue) => issue.path.join('.')))]
    throw new Error(`Cannot start: these environment variables are missing or not valid: ${names.join(', ')}`)
  }
  const { DATABASE_URL, DATABASE_CONNECTIONS_MAX, HOST, PORT, RELEASE_DIGEST } = read.data
  return {
    databaseUrl: DATABASE_URL,
    databaseConnectionsMax: DATABASE_CONNECTIONS_MAX,
    host: HOST,
    port: PORT,
    releaseDigest: RELEASE_DIGEST ?? null,
  }
}
