/** Two versions side by side, as the judge of a canary saw them. */
import type { VersionMetrics } from '@sluice/contracts/events'
import type { TextKey } from '../../shared/i18n/texts.ts'
import type { Language } from '../../shared/i18n/language.ts'
import { formatCount, formatLatency, formatRate } from '../../shared/lib/format.ts'

export interface ComparisonRow {
  key: 'requests' | 'errors' | 'errorRate' | 'p50' | 'p95'
  label: TextKey
  stable: string
  canary: string
  /** The new version does worse, by whatever amount; the verdict on it is the judge's. */
  worse: boolean
}

const nothing = '–'
/** Less than a tenth is what two equal versions differ by anyway. */
const worseFrom = 1.1

export function comparisonRows(stable: VersionMetrics, canary: VersionMetrics, language: Language): ComparisonRow[] {
  const count = (value: number | null) => (value === null ? nothing : formatCount(value, language))
  const rate = (value: number | null) => (value === null ? nothing : formatRate(value))
  const latency = (value: number | null) => (value === null ? nothing : formatLatency(value))
  return [
    {
      key: 'requests',
      label: 'rollout.requests',
      stable: count(stable.requests),
      canary: count(canary.requests),
      worse: false,
    },
    {
      key: 'errors',
      label: 'rollout.errors',
      stable: count(stable.errors),
      canary: count(canary.errors),
      worse: false,
    },
    { key: 'errorRate', label: 'rollout.errorRate', ...both(stable.errorRate, canary.errorRate, rate) },
    { key: 'p50', label: 'rollout.p50', ...both(stable.latencyP50Ms, canary.latencyP50Ms, latency) },
    { key: 'p95', label: 'rollout.p95', ...both(stable.latencyP95Ms, canary.latencyP95Ms, latency) },
  ]
}

function both(stable: number | null, canary: number | null, write: (value: number | null) => string) {
  const worse = stable !== null && canary !== null && canary > stable * worseFrom
  return { stable: write(stable), canary: write(canary), worse }
}
