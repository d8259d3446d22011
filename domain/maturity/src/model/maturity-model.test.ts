import { expect, test } from 'vitest'
import { allCriteria, allItems, maturityModel } from './maturity-model.ts'

test('the model has 7 sub-domains with 7, 8, 10, 7, 3, 6 and 8 items', () => {
  expect(maturityModel.domains.map(({ items }) => items.length)).toEqual([7, 8, 10, 7, 3, 6, 8])
  expect(allItems).toHaveLength(49)
})

test('the model has 291 criteria: 74, 80, 83 and 54 at levels 2 to 5', () => {
  const countAt = (level: number): number => allCriteria.filter((criterion) => criterion.level === level).length
  expect([2, 3, 4, 5].map(countAt)).toEqual([74, 80, 83, 54])
  expect(allCriteria).toHaveLength(291)
})

test.each([
  [2, 58, 15, 1],
  [3, 63, 14, 3],
  [4, 61, 19, 3],
  [5, 21, 16, 17],
])('level %d has %d automatic, %d mixed and %d human criteria', (level, ...wanted) => {
  const modes = ['A', 'M', 'H'].map((mode) => allCriteria.filter((c) => c.level === level && c.mode === mode).length)
  expect(modes).toEqual(wanted)
})

test('ids are unique, well formed and stand in their item and sub-domain', () => {
  expect(new Set(allCriteria.map(({ id }) => id)).size).toBe(291)
  for (const { id, items } of maturityModel.domains) for (const item of items) expect(item.domain).toBe(id)
  for (const { id, item } of allCriteria) expect(id).toMatch(new RegExp(`^${item}-[2-5][a-e]$`))
})

test('letters of a level run from a without gaps', () => {
  for (const { criteria } of allItems) {
    const byLevel = Map.groupBy(criteria, ({ level }) => level)
    for (const own of byLevel.values()) {
      expect(own.map(({ id }) => id.at(-1)).join('')).toBe('abcde'.slice(0, own.length))
    }
  }
})

test('every text is there in English and in Chinese', () => {
  const texts = [...allCriteria.map(({ text }) => text), ...allItems.map(({ name }) => name)]
  for (const { en, zh } of texts) {
    expect(en).toMatch(/^[A-Z][\x20-\x7E]+$/)
    expect(zh).toMatch(/^[\u4E00-\u9FFF]/)
  }
})

test('no text claims a certificate', () => {
  expect(JSON.stringify(maturityModel)).not.toMatch(/certified by|CAICT level|认证通过/i)
})
