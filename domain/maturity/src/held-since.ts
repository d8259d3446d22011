import type { LogEntry } from '@sluice/contracts/events'
import { factsOf } from './facts.ts'
import { findAll } from './find-all.ts'

/** How many ends of runs and deployments are looked back at. */
const lookBack = 24

const isCheckpoint = ({ kind }: LogEntry): boolean => kind === 'run.finished' || kind === 'deployment.finished'

/**
 * Since when each met criterion has held without a break, seen at the last ends of runs and deployments. What held at
 * all of them is told since the earliest one looked at.
 * @returns criterion → RFC 3339 time; criteria that are not met now are left out.
 */
export function heldSince(entries: LogEntry[], met: Set<string>, nowMs: number, windowMs: number): Map<string, string> {
  const times = new Set(entries.filter(isCheckpoint).map(({ at }) => Date.parse(at)))
  const checkpoints = [...times]
    .filter((time) => time <= nowMs)
    .toSorted((a, b) => b - a)
    .slice(0, lookBack)
  const since = new Map([...met].map((id) => [id, nowMs]))
  const holding = new Set(met)
  for (const checkpointMs of checkpoints) {
    if (holding.size === 0) break
    const findings = findAll(factsOf(entries, checkpointMs, windowMs))
    for (const id of holding) {
      if (findings.get(id)?.state === 'met') since.set(id, checkpointMs)
      else holding.delete(id)
    }
  }
  return new Map([...since].map(([id, timeMs]) => [id, new Date(timeMs).toISOString()]))
}
