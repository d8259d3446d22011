import type { LogEntry } from '@sluice/contracts/events'
import { evidenceRefs, type EvidenceRef } from './evidence-ref.ts'
import { factsOf } from './facts.ts'
import { findAll } from './find-all.ts'
import { unknown, type CriterionState, type Finding } from './finding.ts'
import { itemGrade, missingAt, nextSteps, shareLevel, strictMin, type NextStep, type States } from './grade.ts'
import { heldSince } from './held-since.ts'
import { allCriteria, maturityModel, type Level } from './model/maturity-model.ts'
import type { Criterion, Item, Sentence } from './model/model.ts'

export interface AssessInput {
  /** The project's log, whole: what came before the window tells where commits and releases came from. */
  entries: LogEntry[]
  /** Milliseconds since 1970. Later entries are not looked at. */
  now: number
  /** Default: ninety days. */
  windowMs?: number
}

export interface AssessedCriterion extends Omit<Criterion, 'item'> {
  state: CriterionState
  reason: Sentence
  /** RFC 3339; `null` unless it is met. */
  heldSince: string | null
  evidence: EvidenceRef[]
}

export interface AssessedItem {
  id: string
  name: Sentence
  /** 1…5. */
  grade: number
  next: Sentence
  criteria: AssessedCriterion[]
}

/** A self-assessment. It is no certificate, and `model.note` says so. */
export interface Assessment {
  model: { id: string; edition: string; note: Sentence }
  windowMs: number
  /** RFC 3339. */
  assessedAt: string
  counts: Record<CriterionState, number>
  levels: Level[]
  overall: { strictMin: number; share: number; sentence: Sentence }
  domains: { id: string; name: Sentence; items: AssessedItem[] }[]
  /** What is missing for the next level of each item, nearest first. */
  next: NextStep[]
}

/** Evidence shown beside one criterion. */
const evidenceLimit = 12

/** Assesses a project by its log. The same log and time give the same assessment. */
export function assess(input: AssessInput): Assessment {
  const { entries, now, windowMs = 90 * 86_400_000 } = input
  const findings = findAll(factsOf(entries, now, windowMs))
  const findingOf = (id: string): Finding => findings.get(id) ?? unknown({ en: 'Not assessed.', zh: '未评估。' })
  const stateOf: States = (id) => findingOf(id).state
  const met = new Set(allCriteria.map(({ id }) => id).filter((id) => stateOf(id) === 'met'))
  const since = heldSince(entries, met, now, windowMs)
  const { id, edition, note, levels, domains } = maturityModel
  return {
    model: { id, edition, note },
    windowMs,
    assessedAt: new Date(now).toISOString(),
    counts: countStates(stateOf),
    levels,
    overall: overallOf(stateOf),
    domains: domains.map((domain) => ({
      id: domain.id,
      name: domain.name,
      items: domain.items.map((item) => assessedItem(item, findingOf, since)),
    })),
    next: nextSteps(stateOf),
  }
}

function countStates(stateOf: States): Record<CriterionState, number> {
  const counts: Record<CriterionState, number> = { met: 0, not_met: 0, partial: 0, unknown: 0 }
  for (const { id } of allCriteria) counts[stateOf(id)] += 1
  return counts
}

function assessedItem(item: Item, findingOf: (id: string) => Finding, since: Map<string, string>): AssessedItem {
  const stateOf: States = (id) => findingOf(id).state
  const grade = itemGrade(item, stateOf)
  const criteria = item.criteria.map(({ id, level, mode, text }) => {
    const { state, reason, support } = findingOf(id)
    const evidence = evidenceRefs(support, evidenceLimit)
    return { id, level, mode, text, state, reason, heldSince: since.get(id) ?? null, evidence }
  })
  return { id: item.id, name: item.name, grade, next: nextOf(item, grade, stateOf), criteria }
}

function nextOf(item: Item, grade: number, stateOf: States): Sentence {
  const missing = missingAt(item, grade + 1, stateOf)
  if (missing.length === 0) return { en: 'Nothing is missing.', zh: '没有缺项。' }
  const keys = missing.map(({ id }) => id.slice(item.id.length + 1)).join(', ')
  return { en: `Level ${grade + 1} lacks ${keys}.`, zh: `达到第 ${grade + 1} 级尚缺 ${keys}。` }
}

function overallOf(stateOf: States): Assessment['overall'] {
  const [strict, share] = [strictMin(stateOf), shareLevel(stateOf)]
  const nameOf = (number: number): Sentence =>
    maturityModel.levels.find((level) => level.number === number)?.name ?? { en: '', zh: '' }
  return {
    strictMin: strict,
    share,
    sentence: {
      en: `Self-assessed against YD/T 3763.3, unofficial: level ${strict}, ${nameOf(strict).en} (rule strict-min); level ${share}, ${nameOf(share).en} (rule share).`,
      zh: `依据 YD/T 3763.3 的非官方自评：第 ${strict} 级，${nameOf(strict).zh}（strict-min 规则）；第 ${share} 级，${nameOf(share).zh}（share 规则）。`,
    },
  }
}
