import { SluiceError } from '@sluice/kernel'

/** The error of a database that does not answer, with what the driver says. */
export function storeUnreachable(cause: unknown): SluiceError {
  const why = cause instanceof Error ? cause.message : 'it gave no reason'
  return new SluiceError('STORE_UNREACHABLE', `Cannot open the database: ${why}`, { cause })
}
