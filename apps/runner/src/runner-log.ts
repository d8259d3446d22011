import type { Clock } from '@sluice/kernel'

/** The runner's own log: one JSON object a line, never a secret. */
export type RunnerLog = (level: 'info' | 'warning' | 'error', message: string, fields?: Record<string, unknown>) => void

export function jsonLog(write: (line: string) => void, clock: Clock): RunnerLog {
  return (level, message, fields = {}) =>
    write(`${JSON.stringify({ time: new Date(clock.now()).toISOString(), level, message, ...fields })}\n`)
}
