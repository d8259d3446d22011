export { computeDora, defaultWindowMs, type DoraFigures, type DoraOptions } from './compute-dora.ts'
export type { Figure, Percentiles, Sentence } from './figure.ts'
export { percentilesOf } from './percentiles.ts'
