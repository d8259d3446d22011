import type { VersionMetrics } from '@sluice/contracts/events'
import { latencyQuantileMs } from './quantile.ts'
import type { Reading } from './reading.ts'

/** The figures of one version that a judgement shows. */
export function metricsOf(reading: Reading): VersionMetrics {
  return {
    requests: reading.requests,
    errors: reading.errors,
    errorRate: reading.requests === 0 ? null : reading.errors / reading.requests,
    latencyP50Ms: latencyQuantileMs(reading, 0.5),
    latencyP95Ms: latencyQuantileMs(reading, 0.95),
  }
}
