import type { LogChunk } from '@sluice/contracts/api'
import type { TraceStore } from '@sluice/execution'
import { SluiceError } from '@sluice/kernel'
import { findAttemptOf, type Database, type RunRow } from '@sluice/store-postgres'
import { traceKey } from '../runner/find-live-attempt.ts'
import { wholeCharacters } from './whole-characters.ts'

const chunkBytesMax = 262_144

/**
 * A piece of an attempt's log. `query`: `offset` and `limit` in bytes.
 * @throws SluiceError JOB_UNKNOWN
 */
export async function readAttemptLog(
  { db, traces }: { db: Database; traces: TraceStore },
  run: RunRow,
  parameters: Record<string, string>,
  query: Record<string, string>,
): Promise<LogChunk> {
  const { job = '', attempt: wanted = '' } = parameters
  const number = /^\d{1,6}$/.test(wanted) ? Number(wanted) : 0
  const attempt = await findAttemptOf(db, run.id, job, number)
  if (attempt === null) {
    throw new SluiceError(
      'JOB_UNKNOWN',
      `Cannot read a log: run ${run.number} has no attempt "${wanted}" of job "${job}"`,
      { status: 404 },
    )
  }
  const offset = wholeNumber(query['offset'], 0)
  // Any character has room in four bytes, so that a reader always gets on.
  const limit = Math.min(chunkBytesMax, Math.max(4, wholeNumber(query['limit'], chunkBytesMax)))
  const key = traceKey(attempt)
  const ended = attempt.finished_at !== null
  const read = await traces.read(key, offset, limit)
  const atEnd = offset + read.length >= (await traces.size(key))
  // The last character of a log that has ended may be broken, and is shown as such.
  const bytes = ended && atEnd ? read : wholeCharacters(read)
  const text = new TextDecoder().decode(bytes)
  return { offset, nextOffset: offset + bytes.length, text, complete: ended && atEnd }
}

function wholeNumber(text: string | undefined, fallback: number): number {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : fallback
}
