import type { LogEntry } from '@sluice/contracts/events'
import type { Facts } from './facts.ts'
import type { Sentence } from './model/model.ts'

/**
 * State of a criterion. `partial`: the working part is proven and a person's statement is missing, or one of two parts
 * is. `unknown`: the log does not say; never counted as met.
 */
export type CriterionState = 'met' | 'not_met' | 'partial' | 'unknown'

/** What a check found, with the entries that speak for it. */
export interface Finding {
  state: CriterionState
  reason: Sentence
  support: LogEntry[]
}

/** A check of one criterion against the log. */
export interface Check {
  criterion: string
  find: (facts: Facts) => Finding
}

/** From this many events on a ratio may have exceptions up to its threshold; below, none may be missing. */
export const sampleFloor = 20

/** Share of the events that must carry the fields that a check looks at, else the log does not say. */
const coverageFloor = 0.9

/** One event of a ratio: it speaks for the criterion with its entries, against it (`null`), or does not say. */
export type Observation = LogEntry[] | null | 'silent'

interface RatioInput {
  observations: Observation[]
  /** Share that must speak for it, 0…1. */
  threshold: number
  /** What is counted, e.g. "runs started from a pushed commit". */
  of: Sentence
}

/**
 * A share of events. No events, or too many that do not say: unknown. Fewer than the floor: only a full share is enough, and the reason says how
 * few there are. From the floor on the threshold decides.
 */
export function ratio({ observations, threshold, of }: RatioInput): Finding {
  const told = observations.filter((observation) => observation !== 'silent')
  const hits = told.filter((observation) => observation !== null)
  const [count, n, silent] = [hits.length, told.length, observations.length - told.length]
  if (n < coverageFloor * observations.length) return untold(silent, observations.length, of)
  if (n === 0) return unknown({ en: `Nothing to count yet: ${of.en}.`, zh: `尚无可统计的数据：${of.zh}。` })
  const wanted = n < sampleFloor ? 1 : threshold
  const percent = `${Math.round(wanted * 100)} %`
  const few = n < sampleFloor
  const reason = {
    en: `${count} of ${n} ${of.en}; wanted ${percent}${few ? `, as there are fewer than ${sampleFloor}` : ''}.`,
    zh: `${n} 次中有 ${count} 次：${of.zh}；要求 ${percent}${few ? `（样本少于 ${sampleFloor}，不允许例外）` : ''}。`,
  }
  return { state: count / n >= wanted ? 'met' : 'not_met', reason, support: hits.flat() }
}

const untold = (silent: number, total: number, of: Sentence): Finding =>
  unknown({
    en: `${silent} of ${total} events do not say: ${of.en}.`,
    zh: `${total} 次中有 ${silent} 次的记录未说明：${of.zh}。`,
  })

/** Something that only has to exist. */
export function exists(support: LogEntry[], found: Sentence, missing: Sentence): Finding {
  return support.length > 0 ? { state: 'met', reason: found, support } : unknown(missing)
}

/** The log does not say. */
export const unknown = (reason: Sentence): Finding => ({ state: 'unknown', reason, support: [] })

/** A proven working part whose other part a person must state: met becomes partial. */
export function needsStatement(finding: Finding, statement: Sentence): Finding {
  if (finding.state !== 'met') return finding
  const { en, zh } = finding.reason
  return { ...finding, state: 'partial', reason: { en: `${en} ${statement.en}`, zh: `${zh}${statement.zh}` } }
}

const worth: Record<CriterionState, number> = { not_met: 0, unknown: 1, partial: 2, met: 3 }

/** Several parts, all of which are wanted: the worst decides, and all reasons are told. */
export function all(...findings: Finding[]): Finding {
  const worst = findings.toSorted((a, b) => worth[a.state] - worth[b.state])[0]
  return {
    state: worst?.state ?? 'unknown',
    reason: {
      en: findings.map(({ reason }) => reason.en).join(' '),
      zh: findings.map(({ reason }) => reason.zh).join(''),
    },
    support: worst?.state === 'met' || worst?.state === 'partial' ? findings.flatMap(({ support }) => support) : [],
  }
}
