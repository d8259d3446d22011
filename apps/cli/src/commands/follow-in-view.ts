import type { RunView } from '@sluice/contracts/api'
import { createProgressView } from '../progress/create-progress-view.ts'
import { showRun } from './deliver-change.ts'
import type { PlatformInUse } from './with-platform.ts'

/** Shows a run on standard output until it is over. @returns `null` after the signal */
export async function followInView(platform: PlatformInUse, runId: string): Promise<RunView | null> {
  const view = await createProgressView(process.stdout, process.env)
  try {
    return await showRun(platform.connection, runId, view, platform)
  } finally {
    await view.close()
  }
}
