import type { PlanTrigger } from '@sluice/contracts/plan'
import { expect, test } from 'vitest'
import { changedPathsOf } from './changed-paths-of.ts'

const push: PlanTrigger = {
  source: 'push',
  ref: 'main',
  refType: 'branch',
  commit: '1'.repeat(40),
  beforeCommit: '2'.repeat(40),
  defaultBranch: 'main',
}
const repository = {
  changedPaths: (before: string | null, commit: string) =>
    Promise.resolve([`${before?.slice(0, 1)}..${commit.slice(0, 1)}`]),
}

test.each<[string, Partial<PlanTrigger>, string[] | null]>([
  ['a push to a branch', {}, ['2..1']],
  ['a new branch', { beforeCommit: '0'.repeat(40) }, null],
  ['a tag', { refType: 'tag' }, null],
  ['a schedule', { source: 'schedule' }, null],
  ['a run by hand', { source: 'web' }, null],
])('what %s changed', async (_, changes, wanted) => {
  expect(await changedPathsOf(repository, { ...push, ...changes })).toEqual(wanted)
})
