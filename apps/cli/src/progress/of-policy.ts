import type { EnvironmentView } from '@sluice/contracts/api'

/** What a line about an environment ends with where the policy in force names it no longer. */
export function ofPolicy({ inPolicy }: Pick<EnvironmentView, 'inPolicy'>): string {
  return inPolicy ? '' : ', no longer in sluice.yml'
}
