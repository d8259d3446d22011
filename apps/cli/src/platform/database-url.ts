import { SluiceError } from '@sluice/kernel'
import { parse } from 'pg-connection-string'
import type { CliErrorCode } from '../errors.ts'

/**
 * The PostgreSQL that DATABASE_URL names; `undefined` where it is not set or empty.
 * @throws SluiceError CLI_DATABASE_URL, without the value, which may hold a password
 */
export function databaseUrlOf(env: NodeJS.ProcessEnv): string | undefined {
  const url = env['DATABASE_URL']
  if (url === undefined || url.trim() === '') return undefined
  if (/^postgres(ql)?:\/\//.test(url) && isReadable(url)) return url
  throw new SluiceError<CliErrorCode>(
    'CLI_DATABASE_URL',
    'Cannot use DATABASE_URL: its value is no PostgreSQL URL; wanted "postgresql://user:password@host:port/database"',
  )
}

function isReadable(url: string): boolean {
  try {
    parse(url)
    return true
  } catch {
    return false
  }
}
