import { SluiceError, type Place } from '@sluice/kernel'
import type { EvidenceErrorCode } from './errors.ts'

/** The error of a report that cannot be read: `Cannot read report "<path>": <why>`, with its place. */
export function reportFault(code: EvidenceErrorCode, place: Place, why: string, cause?: unknown): SluiceError {
  return new SluiceError(code, `Cannot read report "${place.path}": ${why}`, { place, cause, status: 422 })
}
