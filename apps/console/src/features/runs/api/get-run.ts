import { routes } from '@sluice/contracts/api'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { call } from '../../../shared/lib/client.ts'

export const runKey = (run: string) => ['run', run] as const

const runQuery = (run: string) =>
  queryOptions({ queryKey: runKey(run), queryFn: () => call(routes.getRun, { parameters: { run } }) })

/** One run, whole. */
export function useRun(run: string) {
  return useQuery(runQuery(run))
}
