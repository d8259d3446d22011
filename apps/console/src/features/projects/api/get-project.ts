import { routes } from '@sluice/contracts/api'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { call } from '../../../shared/lib/client.ts'

export const projectKey = (project: string) => ['project', project] as const

const projectQuery = (project: string) =>
  queryOptions({
    queryKey: projectKey(project),
    queryFn: () => call(routes.getProject, { parameters: { project } }),
  })

/** One project with its history, releases and DORA figures. */
export function useProject(project: string) {
  return useQuery(projectQuery(project))
}
