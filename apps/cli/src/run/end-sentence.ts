import { formatDuration } from '@sluice/kernel'
import type { ShownEnd } from './run-view.ts'

/** `ended after 3.2 s`, `failed after 3.2 s: exit code 1`. */
export function endSentence({
  outcome,
  exitCode,
  reason,
  problem,
  sentence,
  durationMs,
  isDiskFull,
}: ShownEnd): string {
  const after = `after ${formatDuration(durationMs)}`
  if (problem !== null) return `cannot be run: ${problem}`
  if (outcome === 'success') return `ended ${after}`
  if (outcome === 'canceled') return `stopped ${after}`
  const known = sentence ?? (reason ?? 'no reason is known').replaceAll('_', ' ')
  const why = exitCode === null ? known : `exit code ${exitCode}`
  return `failed ${after}: ${why}${isDiskFull === true ? ', on a full disk' : ''}`
}
