import { childEndOf, decide, waitsForPerson, type RunEvent, type RunState } from '@sluice/engine'
import { canonicalJson, type Clock, type Ids } from '@sluice/kernel'
import {
  appendEntry,
  findParent,
  findRun,
  type Database,
  type PostgresJournal,
  type RunParent,
  type RunRow,
} from '@sluice/store-postgres'
import { engine } from '../runs/engine-actor.ts'

interface Tellers {
  db: Database
  journal: PostgresJournal
  clock: Clock
  ids: Ids
}

/**
 * Tells a run how its child stands, where that is news: that it waits for a person, goes on, or has ended. The child is
 * read under the lock of its parent, so that of two who tell at once the later one has the newer state.
 */
export async function tellParent({ db, journal, clock, ids }: Tellers, childId: string): Promise<void> {
  const parent = await findParent(db, childId)
  if (parent === null) return
  await db.transaction().execute(async (unit) => {
    await journal.lockIn(unit, parent.runId)
    const [above, child] = [await findRun(unit, parent.runId), await findRun(unit, childId)]
    if (above === null || child === null) return
    const event = eventOf(parent, child)
    const nowMs = clock.now()
    if (!changes(above.state, event, nowMs)) return
    if (event.kind === 'child.ended') {
      const { job, attempt, status, reason } = event.payload
      const context = { id: ids.next(), atMs: nowMs, actor: engine, project: above.project, runId: above.id }
      const payload = { job, attempt, childRunId: childId, number: child.number, status, reason }
      await appendEntry(unit, context, 'child.ended', payload)
    }
    await journal.stepIn(unit, parent.runId, event, nowMs)
  })
}

function eventOf({ job, attempt }: RunParent, { state }: RunRow): Extract<RunEvent, { kind: `child.${string}` }> {
  const end = childEndOf(state)
  if (end !== null) return { kind: 'child.ended', payload: { job, attempt, ...end } }
  return { kind: 'child.waits', payload: { job, attempt, isWaiting: waitsForPerson(state) } }
}

const changes = (state: RunState, event: RunEvent, nowMs: number): boolean =>
  canonicalJson(decide(state, event, nowMs).state) !== canonicalJson(state)
