import type { Deployment } from './deployment.ts'
import { absent, measured, type Figure } from './figure.ts'

const dayMs = 86_400_000

/**
 * Deployment frequency (DORA): distinct releases that reached an environment of the tier, per day. A release in
 * several targets counts once, and so does one that is deployed again. `observedMs` is the window, cut to the time
 * since the project's first entry and at least one day, so that a new project is neither flattered nor diluted.
 */
export function deploymentFrequency(within: Deployment[], observedMs: number | null): Figure {
  if (observedMs === null) return absent('per-day', nothingYet, noteFor(0, 0))
  const promoted = within.filter(({ outcome }) => outcome === 'promoted')
  const count = new Set(promoted.map(({ releaseId }) => releaseId)).size
  const days = Math.max(observedMs, dayMs) / dayMs
  const entries = promoted.map(({ finishedSeq }) => finishedSeq)
  return measured({ value: count / days, unit: 'per-day', n: count, entries, note: noteFor(count, days) })
}

const nothingYet = { en: 'The log of this project has no entry up to now.', zh: '该项目至今没有任何日志记录。' }

const noteFor = (count: number, days: number): Figure['note'] => ({
  en: `${count} distinct releases promoted in ${days.toFixed(1)} observed days (${((count / Math.max(days, 1)) * 7).toFixed(2)} a week).`,
  zh: `在观测到的 ${days.toFixed(1)} 天内共有 ${count} 个不同的发布全量上线（每周 ${((count / Math.max(days, 1)) * 7).toFixed(2)} 个）。`,
})
