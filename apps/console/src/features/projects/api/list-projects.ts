import { routes } from '@sluice/contracts/api'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { call } from '../../../shared/lib/client.ts'

export const projectsKey = ['projects'] as const

const projectsQuery = queryOptions({ queryKey: projectsKey, queryFn: () => call(routes.listProjects) })

/** All projects. */
export function useProjects() {
  return useQuery(projectsQuery)
}
