import type { CriterionState, MaturityView } from '@sluice/contracts/api'
import { expect, it } from 'vitest'
import { filterCriteria, type CriterionFilter } from './filter-criteria.ts'

const word = { en: 'x', zh: '某' }
const criterion = (id: string, level: number, state: CriterionState) => ({
  id,
  level,
  mode: 'A' as const,
  text: word,
  state,
  reason: word,
  heldSince: null,
  evidence: [],
})
const item = (id: string, criteria: ReturnType<typeof criterion>[]) => ({
  id,
  name: word,
  grade: 2,
  next: word,
  criteria,
})
const domains: MaturityView['domains'] = [
  { id: 'A', name: word, items: [item('A1', [criterion('a', 2, 'met'), criterion('b', 3, 'unknown')])] },
  { id: 'B', name: word, items: [item('B1', [criterion('c', 3, 'met')]), item('B2', [criterion('d', 2, 'partial')])] },
]

it.each<[string, CriterionFilter, string[]]>([
  ['everything', { state: 'all', level: null }, ['a', 'b', 'c', 'd']],
  ['one state', { state: 'met', level: null }, ['a', 'c']],
  ['one level', { state: 'all', level: 2 }, ['a', 'd']],
  ['both', { state: 'met', level: 3 }, ['c']],
  ['nothing', { state: 'not_met', level: null }, []],
])('filterCriteria() for %s', (_, filter, expected) => {
  const left = filterCriteria(domains, filter)
  expect(left.flatMap((domain) => domain.items.flatMap((each) => each.criteria.map((one) => one.id)))).toEqual(expected)
  expect(left.every((domain) => domain.items.length > 0)).toBe(true)
})
