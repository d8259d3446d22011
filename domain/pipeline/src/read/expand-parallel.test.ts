import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planOfText } from '../../testing/compile-text.ts'

test('every combination of any matrix is one job with its values, and a need finds each of them', () => {
  const values = fc.uniqueArray(fc.stringMatching(/^[a-z0-9]{1,3}$/), { minLength: 1, maxLength: 4 })
  const row = fc.uniqueArray(fc.tuple(fc.constantFrom('A', 'B', 'C'), values), {
    minLength: 1,
    maxLength: 3,
    selector: ([key]) => key,
  })
  fc.assert(
    fc.property(row, (entries) => {
      const matrix = JSON.stringify([Object.fromEntries(entries)])
      const picked = JSON.stringify([Object.fromEntries(entries.map(([key]) => [key, `$[[ matrix.${key} ]]`]))])
      const plan = planOfText(
        `a: { script: x, parallel: { matrix: ${matrix} } }\n` +
          `b: { script: x, parallel: { matrix: ${matrix} }, needs: [{ job: a, parallel: { matrix: ${picked} } }] }\n`,
      )
      const count = entries.reduce((product, [, list]) => product * list.length, 1)
      const [first, second] = ['a', 'b'].map((name) => plan.jobs.filter(({ parallel }) => parallel?.job === name))
      expect(new Set(first?.map(({ name }) => name)).size).toBe(count)
      for (const [index, job] of (first ?? []).entries()) {
        const own = Object.fromEntries(job.variables.map(({ key, value }) => [key, value]))
        expect(job.name).toBe(`a: [${entries.map(([key]) => own[key]).join(', ')}]`)
        expect([own['CI_NODE_INDEX'], own['CI_NODE_TOTAL']]).toEqual([String(index + 1), String(count)])
        expect(second?.[index]?.needs?.map((need) => need.job)).toEqual([job.name])
      }
    }),
    { numRuns: 100 },
  )
})
