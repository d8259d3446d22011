import type { CriterionState } from './finding.ts'
import { allItems } from './model/maturity-model.ts'
import type { Criterion, CriterionLevel, Item } from './model/model.ts'

const levels: CriterionLevel[] = [2, 3, 4, 5]

/** State of a criterion by its id. */
export type States = (criterion: string) => CriterionState

/** Grade of an item: the highest level L such that every criterion of levels 2…L is met; 1 where none is. */
export function itemGrade(item: Item, stateOf: States): number {
  const broken = levels.find((level) => missingAt(item, level, stateOf).length > 0)
  return (broken ?? 6) - 1
}

/** Criteria of one level that are not met. */
export const missingAt = (item: Item, level: number, stateOf: States): Criterion[] =>
  item.criteria.filter((criterion) => criterion.level === level && stateOf(criterion.id) !== 'met')

/** The level of the whole: the highest that every item has reached. */
export function strictMin(stateOf: States): number {
  return Math.min(...allItems.map((item) => itemGrade(item, stateOf)))
}

/** The highest level that at least `share` of the items have reached, where no item lies more than `gap` below. */
export function shareLevel(stateOf: States, share = 0.9, gap = 1): number {
  const grades = allItems.map((item) => itemGrade(item, stateOf))
  const holds = (level: number): boolean =>
    grades.filter((grade) => grade >= level).length >= share * grades.length && Math.min(...grades) >= level - gap
  return levels.findLast(holds) ?? 1
}

/** What an item lacks for its next level. */
export interface NextStep {
  item: string
  grade: number
  level: number
  missing: { criterion: string; state: CriterionState }[]
}

const distance: Record<CriterionState, number> = { met: 0, partial: 1, not_met: 2, unknown: 2 }

/** For every item below level 5 what is missing for its next level: fewest missing first, then what is half done. */
export function nextSteps(stateOf: States): NextStep[] {
  const steps = allItems.flatMap((item): NextStep[] => {
    const grade = itemGrade(item, stateOf)
    const missing = missingAt(item, grade + 1, stateOf).map(({ id }) => ({ criterion: id, state: stateOf(id) }))
    return missing.length === 0 ? [] : [{ item: item.id, grade, level: grade + 1, missing }]
  })
  const cost = ({ missing }: NextStep): number => missing.reduce((sum, { state }) => sum + distance[state], 0)
  return steps.toSorted((a, b) => a.missing.length - b.missing.length || cost(a) - cost(b) || a.level - b.level)
}
