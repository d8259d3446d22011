import type { LogEntry } from '@sluice/contracts/events'
import { deploymentsIn } from './deployment.ts'
import { failuresAmong } from './failure.ts'
import type { Figure } from './figure.ts'
import { deploymentFrequency } from './frequency.ts'
import { leadTime } from './lead-time.ts'
import { changeFailRate, reworkRate, runFailureRate } from './rates.ts'
import { recoveryTime } from './recovery-time.ts'

/** Ninety days. */
export const defaultWindowMs = 90 * 86_400_000

export interface DoraOptions {
  /** Milliseconds since 1970. Later entries are not looked at. */
  now: number
  /** Default: ninety days. */
  windowMs?: number
  /** Tier of the environments that count. Default: `production`. */
  tier?: string
}

/** The five metrics of DORA as defined since 2024, and the failure rate of runs beside them. */
export interface DoraFigures {
  windowMs: number
  tier: string
  leadTime: Figure
  deploymentFrequency: Figure
  failedDeploymentRecoveryTime: Figure
  changeFailRate: Figure
  deploymentReworkRate: Figure
  deploymentRunFailureRate: Figure
}

/**
 * Computes the figures of one project from its log. Hand in the whole history where it is at hand: what happened
 * before the window decides which commits are new, which release came back and what a deployment followed. The order
 * of the entries does not matter.
 */
export function computeDora(entries: LogEntry[], options: DoraOptions): DoraFigures {
  const { now, windowMs = defaultWindowMs, tier = 'production' } = options
  const past = entries.filter(({ at }) => Date.parse(at) <= now).toSorted((a, b) => a.seq - b.seq)
  const all = deploymentsIn(past, tier)
  const isRecent = (timeMs: number): boolean => timeMs > now - windowMs
  const within = all.filter(({ finishedAtMs }) => isRecent(finishedAtMs))
  const before = all.filter(({ finishedAtMs }) => !isRecent(finishedAtMs))
  const failures = failuresAmong(all)
  const [first] = past
  const observedMs = first === undefined ? null : Math.min(windowMs, now - Date.parse(first.at))
  return {
    windowMs,
    tier,
    leadTime: leadTime(before, within),
    deploymentFrequency: deploymentFrequency(within, observedMs),
    failedDeploymentRecoveryTime: recoveryTime(failures.filter(({ endMs }) => isRecent(endMs))),
    changeFailRate: changeFailRate(within, failures),
    deploymentReworkRate: reworkRate(all, within, failures),
    deploymentRunFailureRate: runFailureRate(within),
  }
}
