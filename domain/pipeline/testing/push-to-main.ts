import type { PlanTrigger } from '@sluice/contracts/plan'

/** A push to the default branch. */
export const pushToMain: PlanTrigger = {
  source: 'push',
  ref: 'main',
  refType: 'branch',
  commit: '1'.repeat(40),
  beforeCommit: '2'.repeat(40),
  defaultBranch: 'main',
}
