import type { Migration } from 'kysely/migration'
import { first } from './0001-first.ts'
import { attemptTags } from './0002-attempt-tags.ts'
import { whatServes } from './0003-what-serves.ts'
import { proposedPolicy } from './0004-proposed-policy.ts'
import { goodRuns } from './0005-good-runs.ts'
import { resourceGroups } from './0006-resource-groups.ts'
import { childRuns } from './0007-child-runs.ts'

/** Every migration, in order of name. Forward only: a released one never changes. */
export const migrations: Record<string, Migration> = {
  '0001-first': first,
  '0002-attempt-tags': attemptTags,
  '0003-what-serves': whatServes,
  '0004-proposed-policy': proposedPolicy,
  '0005-good-runs': goodRuns,
  '0006-resource-groups': resourceGroups,
  '0007-child-runs': childRuns,
}
