import { routes } from '@sluice/contracts/api'
import { call, queryClient } from '../../../shared/lib/client.ts'
import { runKey } from './get-run.ts'

/** Accepts that the change defines its reporting jobs anew; the gates are decided again. */
export async function acceptProducers(run: string, reason: string): Promise<void> {
  await call(routes.acceptProducers, { parameters: { run }, body: { reason } })
  await queryClient.invalidateQueries({ queryKey: runKey(run) })
}
