import type { EnvironmentView } from '@sluice/contracts/api'
import type { Policy } from '@sluice/contracts/policy'
import type { DeploymentRow, EnvironmentRow, ReleaseHead } from '@sluice/store-postgres'
import { isInPolicy } from '../projects/is-in-policy.ts'
import { weightOf } from './deployment-view.ts'

/**
 * What runs where, those that the policy names no longer at the end, and only while something runs there. `instances`: ids of all that are alive now.
 * `policy`: the one in force, if any.
 */
export function environmentViews(
  environments: EnvironmentRow[],
  releases: ReleaseHead[],
  open: DeploymentRow[],
  instances: Set<string>,
  policy: Policy | null,
): EnvironmentView[] {
  const views = environments.map((environment) => {
    const release = releases.find(({ id }) => id === environment.release_id)
    const deployment = open.find(
      (candidate) => candidate.environment === environment.name && candidate.project === environment.project,
    )
    return {
      name: environment.name,
      tier: environment.tier,
      url: `http://127.0.0.1:${environment.port}`,
      state: stateOf(environment, deployment, instances),
      inPolicy: isInPolicy(environment.name, policy),
      release: release
        ? {
            id: release.id,
            version: release.version,
            digest: release.digest,
            commit: release.commit,
            runId: release.run_id,
            since: (environment.since ?? release.created_at).toISOString(),
          }
        : null,
      candidate: deployment
        ? {
            id: deployment.release_id,
            version: deployment.state.input.release.version,
            digest: deployment.state.input.release.digest,
            weight: weightOf(deployment.state),
          }
        : null,
    }
  })
  return views
    .filter(({ inPolicy, state }) => inPolicy || state !== 'empty')
    .toSorted((a, b) => Number(b.inPolicy) - Number(a.inPolicy))
}

function stateOf(
  environment: EnvironmentRow,
  deployment: DeploymentRow | undefined,
  instances: Set<string>,
): EnvironmentView['state'] {
  if (deployment) return 'deploying'
  if (environment.instance_id === null) return 'empty'
  return instances.has(environment.instance_id) ? 'healthy' : 'unhealthy'
}
