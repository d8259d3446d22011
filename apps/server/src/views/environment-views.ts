import type { EnvironmentView } from '@sluice/contracts/api'
import type { DeploymentRow, EnvironmentRow, ReleaseHead } from '@sluice/store-postgres'
import { weightOf } from './deployment-view.ts'

/** What runs where. `instances`: ids of all that are alive now. */
export function environmentViews(
  environments: EnvironmentRow[],
  releases: ReleaseHead[],
  open: DeploymentRow[],
  instances: Set<string>,
): EnvironmentView[] {
  return environments.map((environment) => {
    const release = releases.find(({ id }) => id === environment.release_id)
    const deployment = open.find(
      (candidate) => candidate.environment === environment.name && candidate.project === environment.project,
    )
    return {
      name: environment.name,
      tier: environment.tier,
      url: `http://127.0.0.1:${environment.port}`,
      state: stateOf(environment, deployment, instances),
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
