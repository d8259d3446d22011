import { findChild, findRun } from '@sluice/store-postgres'
import { cancelRun, type Changers } from '../runs/change-run.ts'
import { engine } from '../runs/engine-actor.ts'
import type { AttemptOfJob } from './ask-of-children.ts'

/** Cancels the child of an attempt. Where there is none yet none will begin: `beginChild` looks at its run again. */
export async function cancelChild(parts: Changers, attempt: AttemptOfJob): Promise<void> {
  const child = await findChild(parts.db, attempt)
  const parent = await findRun(parts.db, attempt.runId)
  if (child === null || parent === null) return
  await cancelRun(parts, child.id, engine, `canceled with run ${parent.number}, which began it`)
}
