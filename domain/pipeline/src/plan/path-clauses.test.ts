import { describe, expect, test } from 'vitest'
import { planOfText, requestOf } from '../../testing/compile-text.ts'
import { compile } from '../compile.ts'

function paths(count: number, folder = 'src/'): string[] {
  return Array.from({ length: count }, (_, index) => `${folder}${index}.c`)
}

/** What the only rule of a job says. */
function toldOf(rule: string, given: { files?: string[]; changedPaths?: string[] }): string | undefined {
  const { jobs, excluded } = planOfText(`j: { script: x, rules: [{ ${rule} }] }`, given)
  return [...jobs, ...excluded][0]?.reasons[0]?.text
}

describe("GitLab's limit of 50,000 comparisons", () => {
  test.each([
    ['changes: [a*]', paths(50_000), 'did not match: changes a*'],
    ['changes: [a*]', paths(50_001), 'counts as true: 50001 paths take more than 50000 comparisons'],
    ['changes: [a*, b*]', paths(25_001), 'counts as true: 25001 paths'],
    ['changes: [a*, a*]', paths(25_001), 'did not match'],
    ['changes: [a, b]', paths(25_001), 'counts as true: 25001 paths'],
    ['changes: { regexp: a }', paths(50_000), 'did not match'],
    ['changes: { regexp: a }', paths(50_001), 'counts as true: 50001 paths'],
    ['changes: [a*]', [], 'did not match'],
  ])('%s', (rule, changedPaths, wanted) => expect(toldOf(rule, { changedPaths })).toContain(wanted))

  test.each([
    ['exists: [a/*]', paths(50_000), 'did not match'],
    ['exists: [a/*]', paths(50_001), 'counts as true: 50001 paths'],
    ['exists: [a/*, b/*]', paths(25_001), 'counts as true: 25001 paths'],
    ['exists: [src/*]', paths(50_001), 'matched: exists src/* (src/0.c)'],
    ['exists: ["**/*.h"]', paths(50_001), 'did not match'],
    ['exists: [a/b, c]', paths(50_001), 'did not match'],
    ['exists: [a/]', paths(50_001), 'did not match'],
    ['exists: ["*.h"]', paths(50_001), 'did not match'],
    ['exists: ["*.h"]', paths(50_001, ''), 'counts as true: 50001 paths'],
    ['exists: { regexp: a }', paths(50_001), 'counts as true: 50001 paths'],
  ])('%s', (rule, files, wanted) => expect(toldOf(rule, { files })).toContain(wanted))
})

test('rules may not ask for more than 50 refs', () => {
  const jobs = Array.from(
    { length: 51 },
    (_, index) => `j${index}: { script: x, rules: [{ changes: { paths: [a], compare_to: b${index} } }] }`,
  )
  const loaded = new Map([['.gitlab-ci.yml', jobs.join('\n')]])
  const first = compile(requestOf(), loaded)
  const wanted = first.kind === 'wanted' ? (first.paths ?? []) : []
  expect(wanted).toHaveLength(50)
  expect(wanted[0]).toMatchObject({ kind: 'changed-since', ref: 'b0', place: { line: 1 } })
  const answers = new Map(wanted.map(({ key }) => [key, { paths: [] }]))
  expect(compile(requestOf(), loaded, answers)).toMatchObject({
    kind: 'mistakes',
    mistakes: [{ code: 'PIPELINE_PATHS_UNKNOWN', place: { line: 51 } }],
  })
})
