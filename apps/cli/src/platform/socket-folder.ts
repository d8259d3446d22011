import { dirname } from 'node:path'
import { parse } from 'pg-connection-string'

/**
 * The folder of the Unix socket that a PostgreSQL URL names, read as the database client reads it: `?host=/folder` or a
 * host that is a percent-encoded path. `null` for a URL over TCP, or none at all.
 */
export function socketFolderOf(databaseUrl: string): string | null {
  const host = hostOf(databaseUrl)
  if (host === null || !host.startsWith('/')) return null
  return /\/\.s\.PGSQL\.\d+$/.test(host) ? dirname(host) : host
}

function hostOf(databaseUrl: string): string | null {
  try {
    return parse(databaseUrl).host ?? null
  } catch {
    return null // the server will say what is wrong with it
  }
}
