import { routes } from '@sluice/contracts/api'
import { call, queryClient } from '../../../shared/lib/client.ts'
import { projectKey } from './get-project.ts'

/** Ends what serves in an environment that the policy names no longer. */
export async function stopEnvironment(project: string, environment: string): Promise<void> {
  await call(routes.stopEnvironment, { parameters: { project, environment } })
  await queryClient.invalidateQueries({ queryKey: projectKey(project) })
}
