import { announce, projectOfRun, type Database } from '@sluice/store-postgres'

/** A run's growing logs are announced this often at most, however fast its jobs write. */
const tellEveryMs = 500

/**
 * Announces that a log of a run has grown: at once, and then once for all that came while it was quiet.
 * @returns how to tell, and how to end
 */
export function logTeller(
  db: Database,
  onFailure: (error: unknown) => void,
): { tellLog: (runId: string) => void; close: () => void } {
  const quiet = new Map<string, { timer: NodeJS.Timeout; again: boolean }>()

  function tellLog(runId: string): void {
    const waiting = quiet.get(runId)
    if (waiting !== undefined) {
      waiting.again = true
      return
    }
    const state = { timer: setTimeout(() => end(runId), tellEveryMs), again: false }
    quiet.set(runId, state)
    tell(runId).catch(onFailure)
  }

  function end(runId: string): void {
    const again = quiet.get(runId)?.again ?? false
    quiet.delete(runId)
    if (again) tellLog(runId)
  }

  async function tell(runId: string): Promise<void> {
    const project = await projectOfRun(db, runId)
    if (project !== null) await announce(db, { seq: 0, project, runId, kind: 'job.log' })
  }

  return {
    tellLog,
    close: () => {
      for (const { timer } of quiet.values()) clearTimeout(timer)
      quiet.clear()
    },
  }
}
