import { routes } from '@sluice/contracts/api'
import { call, queryClient } from '../../../shared/lib/client.ts'
import { runKey } from './get-run.ts'

/** Cancels a run and what it delivers. */
export async function cancelRun(run: string): Promise<void> {
  await call(routes.cancelRun, { parameters: { run } })
  await queryClient.invalidateQueries({ queryKey: runKey(run) })
}
