import type { PlanTrigger } from '@sluice/contracts/plan'
import { describe, expect, test } from 'vitest'
import { compile } from '../compile.ts'

const trigger: PlanTrigger = {
  source: 'push',
  ref: 'main',
  refType: 'branch',
  commit: '1'.repeat(40),
  beforeCommit: '2'.repeat(40),
  defaultBranch: 'main',
}

function paths(count: number, folder = 'src/'): string[] {
  return Array.from({ length: count }, (_, index) => `${folder}${index}.c`)
}

/** What the only rule of a job says. */
function toldOf(rule: string, given: { files?: string[]; changedPaths?: string[] | null }): string | undefined {
  const { files = [], changedPaths = null } = given
  const request = { project: 'case', trigger, path: 'a.yml', variables: [], predefined: [], changedPaths, files }
  const result = compile(request, new Map([['a.yml', `j: { script: x, rules: [{ ${rule} }] }`]]))
  if (result.kind !== 'plan') throw new Error(JSON.stringify(result))
  return [...result.plan.jobs, ...result.plan.excluded][0]?.reasons[0]?.text
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
  const request = {
    project: 'case',
    trigger,
    path: 'a.yml',
    variables: [],
    predefined: [],
    changedPaths: null,
    files: [],
  }
  const loaded = new Map([['a.yml', jobs.join('\n')]])
  const first = compile(request, loaded)
  const wanted = first.kind === 'wanted' ? (first.paths ?? []) : []
  expect(wanted).toHaveLength(50)
  expect(wanted[0]).toMatchObject({ kind: 'changed-since', ref: 'b0', place: { line: 1 } })
  const answers = new Map(wanted.map(({ key }) => [key, { paths: [] }]))
  expect(compile(request, loaded, answers)).toMatchObject({
    kind: 'mistakes',
    mistakes: [{ code: 'PIPELINE_PATHS_UNKNOWN', place: { path: 'a.yml', line: 51 } }],
  })
})
