import { routes } from '@sluice/contracts/api'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { call } from '../../../shared/lib/client.ts'

export const maturityKey = (project: string) => ['maturity', project] as const

const maturityQuery = (project: string) =>
  queryOptions({
    queryKey: maturityKey(project),
    queryFn: () => call(routes.getMaturity, { parameters: { project } }),
  })

/** A project's maturity, computed from the log. */
export function useMaturity(project: string) {
  return useQuery(maturityQuery(project))
}
