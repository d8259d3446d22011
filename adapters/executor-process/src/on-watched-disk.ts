import type { DiskWatch } from './disk-watch.ts'
import type { StepsResult } from './run-steps.ts'

/** Between two looks at the disk: statfs(2) costs some microseconds. */
const lookEveryMs = 500

/**
 * Runs a part of a job and looks at the disk of its workspace meanwhile. Where it failed and the disk was full, its message
 * says that too, and `isDiskFull` is set: the script only tells that some program did not like it.
 */
export async function onWatchedDisk<R extends StepsResult>(disk: DiskWatch, run: () => Promise<R>): Promise<R> {
  const looking = setInterval(() => void disk.look(), lookEveryMs)
  try {
    const result = await run()
    await disk.look()
    if (result.state !== 'failed' || !disk.wasFull) return result
    return { ...result, message: `${result.message}; ${fullDisk}`, isDiskFull: true }
  } finally {
    clearInterval(looking)
  }
}

const fullDisk = 'the disk of the workspaces was full meanwhile: free some space, then run the job again'
