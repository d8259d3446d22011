import type { ArtifactEntry, Workspace } from '@sluice/execution'
import { memoryDigests } from './memory-digests.ts'

/** Digest by path of what lies at the places of a job's reports before its script begins. */
export type FilesBefore = ReadonlyMap<string, string>

/** Reads it, when the sources and the caches are there and the files of earlier jobs are not yet. */
export async function filesBefore(paths: readonly string[], workspace: Workspace): Promise<FilesBefore> {
  if (paths.length === 0) return new Map()
  const { entries } = await workspace.collect({ paths, exclude: [] }, memoryDigests())
  return new Map(entries.map(({ path, digest }) => [path, digest]))
}

/** How many of them the log names for one report. */
const namedMost = 10

/**
 * The files of a report, where the job wrote all of them, or an earlier job handed them on; else none. One that is as it
 * was before tells nothing of this job: whoever can check in a file could check in a good result, or stand in the way of a
 * bad one. What such files are is said in the log.
 */
export async function takenAsReport(
  entries: readonly ArtifactEntry[],
  before: FilesBefore,
  say: (text: string) => Promise<void>,
): Promise<readonly ArtifactEntry[]> {
  const untouched = entries.filter(({ path, digest }) => before.get(path) === digest)
  if (untouched.length === 0) return entries
  for (const { path } of untouched.slice(0, namedMost))
    await say(`WARNING: ${path} lay there before the job and is unchanged: nothing is taken as this report\n`)
  if (untouched.length > namedMost) await say(`WARNING: so are ${untouched.length - namedMost} more files\n`)
  return []
}
