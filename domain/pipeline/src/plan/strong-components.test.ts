import fc from 'fast-check'
import { expect, test } from 'vitest'
import { strongComponents } from './strong-components.ts'

const sorted = (components: number[][]): number[][] => components.map((members) => members.toSorted((a, b) => a - b))

test.each([
  ['no nodes', [], []],
  ['one that points to itself', [[0]], [[0]]],
  ['a chain, its end first', [[1], [2], []], [[2], [1], [0]]],
  ['a ring', [[1], [2], [0]], [[0, 1, 2]]],
  [
    'two rings, the one that is reached first',
    [[1], [0, 2], [3], [2]],
    [
      [2, 3],
      [0, 1],
    ],
  ],
])('%s', (_, edges, wanted) => {
  expect(sorted(strongComponents(edges))).toEqual(wanted)
})

test('a chain of 100,000 is walked', () => {
  const edges = Array.from({ length: 100_000 }, (_, index) => (index === 99_999 ? [] : [index + 1]))
  expect(strongComponents(edges)).toHaveLength(100_000)
})

test('members reach one another, and nobody reaches a later component', () => {
  const graph = fc
    .integer({ min: 1, max: 12 })
    .chain((size) => fc.array(fc.array(fc.nat(size - 1)), { minLength: size, maxLength: size }))
  fc.assert(
    fc.property(graph, (edges) => {
      const components = strongComponents(edges)
      const reached = edges.map((_, from) => reachable(edges, from))
      expect(components.flat().toSorted((a, b) => a - b)).toEqual(edges.map((_, node) => node))
      for (const [index, members] of components.entries()) {
        for (const a of members) {
          for (const b of members) expect(a === b || reached[a]?.has(b)).toBe(true)
          for (const later of components.slice(index + 1).flat()) expect(reached[a]?.has(later)).toBe(false)
        }
      }
    }),
  )
})

function reachable(edges: readonly (readonly number[])[], from: number): Set<number> {
  const found = new Set<number>()
  const open = [from]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const next of edges[node] ?? []) {
      if (!found.has(next)) open.push(next)
      found.add(next)
    }
  }
  return found
}
