import { SluiceError, type Clock, type Ids } from '@sluice/kernel'
import type { Sentence } from '@sluice/rollout'
import { findEnvironment, findRun, type Database } from '@sluice/store-postgres'
import type { DeploymentRequest } from './begin-deployment.ts'
import { followDelivery } from './follow-delivery.ts'

const reasonLengthMax = 300

/** Says in the delivery why its deployment cannot begin; when that lasts, the delivery ends with the reason. */
export async function tellDelay(
  { db, clock, ids }: { db: Database; clock: Clock; ids: Ids },
  { runId, environment }: DeploymentRequest,
  error: unknown,
): Promise<void> {
  const run = await findRun(db, runId)
  const port = run === null ? undefined : (await findEnvironment(db, run.project, environment))?.port
  const reason = reasonOf(error, port ?? 0)
  const told = { kind: 'deployment.delayed', environment, reason, atMs: clock.now() } as const
  await db.transaction().execute((unit) => followDelivery(unit, { clock, ids }, runId, told))
}

function reasonOf(error: unknown, port: number): Sentence {
  switch (error instanceof SluiceError ? error.code : null) {
    case 'ROLLOUT_PORT_UNAVAILABLE':
      return {
        en: `port ${port} of 127.0.0.1, on which its URL is, is in use by another program`,
        zh: `其 URL 所用的 127.0.0.1 端口 ${port} 被其他程序占用`,
      }
    case 'ROUTER_HTTP_UNREACHABLE':
      return { en: 'the router does not answer', zh: '路由进程没有应答' }
    default: {
      const message = (error instanceof Error ? error.message : String(error)).slice(0, reasonLengthMax)
      return { en: message.replace(/\.$/, ''), zh: message.replace(/\.$/, '') }
    }
  }
}
