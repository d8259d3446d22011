import { routes } from '@sluice/contracts/api'
import { call, queryClient } from '../../../shared/lib/client.ts'
import { runKey } from './get-run.ts'

/** Starts a job that waits for a person. */
export async function playJob(run: string, job: string): Promise<void> {
  await call(routes.playJob, { parameters: { run, job } })
  await queryClient.invalidateQueries({ queryKey: runKey(run) })
}
