import { allChecks } from './checks/all-checks.ts'
import type { Facts } from './facts.ts'
import { unknown, type Finding } from './finding.ts'
import { allCriteria } from './model/maturity-model.ts'
import type { Mode } from './model/model.ts'
import { supersededBy } from './supersession.ts'

const untold = {
  A: { en: 'The log does not yet tell anything about this.', zh: '日志中尚无与此相关的记录。' },
  M: {
    en: 'The log does not yet tell anything about this, and a person has to state a part of it.',
    zh: '日志中尚无与此相关的记录，且部分内容需由人员声明。',
  },
  H: { en: 'Only a person can state this; nobody has.', zh: '此项只能由人员声明，目前尚无声明。' },
} satisfies Record<Mode, object>

/** A finding for each of the 291 criteria, replaced ones included. */
export function findAll(facts: Facts): Map<string, Finding> {
  const checked = new Map(allChecks.map(({ criterion, find }) => [criterion, find(facts)]))
  const findings = new Map(allCriteria.map(({ id, mode }) => [id, checked.get(id) ?? unknown(untold[mode])]))
  /** From the highest level down, so that a chain of replacements carries through. */
  for (const { id } of allCriteria.toReversed()) {
    const higher = supersededBy[id] ?? []
    const replacing = higher.flatMap((by) => findings.get(by) ?? [])
    if (findings.get(id)?.state === 'met' || replacing.length === 0) continue
    if (replacing.every(({ state }) => state === 'met')) findings.set(id, replacedBy(higher, replacing))
  }
  return findings
}

function replacedBy(higher: string[], replacing: Finding[]): Finding {
  const names = higher.join(', ')
  return {
    state: 'met',
    reason: { en: `Replaced by ${names}, which is met.`, zh: `已由达到的 ${names} 取代。` },
    support: replacing.flatMap(({ support }) => support),
  }
}
