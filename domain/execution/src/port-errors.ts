import { SluiceError } from '@sluice/kernel'

/** Thrown by every blob store when stored bytes turned out to differ from their digest. */
export function blobDamaged(digest: string, found: string): SluiceError {
  return new SluiceError('EXECUTION_BLOB_DAMAGED', `Cannot read blob "${digest}": its bytes have the digest "${found}"`)
}

/** Thrown where a manifest names a blob that the store does not have. */
export function blobMissing(digest: string, path: string): SluiceError {
  return new SluiceError('EXECUTION_BLOB_MISSING', `Cannot read blob "${digest}" of "${path}": the store has none`)
}

/**
 * Checks a digest that came from outside.
 * @throws SluiceError `EXECUTION_DIGEST`, status 400.
 */
export function checkDigest(digest: string): string {
  if (/^sha256:[0-9a-f]{64}$/.test(digest)) return digest
  const shown = JSON.stringify(digest.slice(0, 100))
  throw new SluiceError('EXECUTION_DIGEST', `Cannot read digest ${shown}: wanted "sha256:" and 64 hexadecimal digits`, {
    status: 400,
  })
}

/**
 * Checks the key of a log.
 * @throws SluiceError `EXECUTION_TRACE_KEY`, status 400.
 */
export function checkTraceKey(key: string): string {
  if (/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/.test(key)) return key
  const shown = JSON.stringify(key.slice(0, 100))
  throw new SluiceError('EXECUTION_TRACE_KEY', `Cannot use log key ${shown}: wanted letters, digits, ".", "-", "_"`, {
    status: 400,
  })
}

/** Thrown by every trace store when bytes do not begin at the end of the log. */
export function traceRange(key: string, offset: number, sizeBytes: number): SluiceError {
  return new SluiceError(
    'EXECUTION_TRACE_RANGE',
    `Cannot append to log "${key}" at ${offset}: the log has ${sizeBytes} bytes; wanted to begin there`,
    { status: 416 },
  )
}

/** Thrown by every isolation for a process that cannot be started as asked. */
export function isolationRefused(what: string, value: string, wanted: string): SluiceError {
  const shown = JSON.stringify(value.slice(0, 200))
  return new SluiceError('EXECUTION_ISOLATION_SPEC', `Cannot isolate a process: ${what} ${shown}: ${wanted}`)
}
