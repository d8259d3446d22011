import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { caseNames, compileCase, folderOf } from './compile-case.ts'
import { planText } from './plan-text.ts'

/**
 * Every folder here is a case: a pipeline with its files, `request.json` (optional: what differs from a push to main),
 * and one of `expected.plan.txt` (what its jobs say, see `planText`), `expected.plan.json` (the whole plan) and
 * `expected.mistakes.txt`, which `write-expected.ts` writes. What lies elsewhere is below `elsewhere/`: files of other
 * projects in `projects/<path>@<ref>/`, of addresses in `remotes/<host>/<path>`, templates in `templates/`.
 */
describe('pipelines', () => {
  test('there are at least 250 cases', () => {
    expect(caseNames.length).toBeGreaterThanOrEqual(250)
  })

  test.each(caseNames)('%s', async (name) => {
    const result = await compileCase(name)
    const path = (ending: string): string => join(folderOf(name), `expected.${ending}`)
    const expected = (ending: string): string => readFileSync(path(ending), 'utf8')
    if (result.kind === 'mistakes') expect(result.text).toBe(expected('mistakes.txt'))
    else if (existsSync(path('plan.json'))) expect(result.plan).toEqual(JSON.parse(expected('plan.json')))
    else expect(planText(result.plan)).toBe(expected('plan.txt'))
  })
})
