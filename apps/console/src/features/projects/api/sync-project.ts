import { routes, type RunSummary } from '@sluice/contracts/api'
import { call, queryClient } from '../../../shared/lib/client.ts'
import { projectKey } from './get-project.ts'

/** Takes the newest change and delivers it; `null` when there is nothing to deliver. */
export async function syncProject(project: string): Promise<RunSummary | null> {
  const { run } = await call(routes.syncProject, { parameters: { project } })
  await queryClient.invalidateQueries({ queryKey: projectKey(project) })
  return run
}
