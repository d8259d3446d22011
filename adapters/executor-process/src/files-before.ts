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
 * The files of a report that the job wrote, or that an earlier job handed on. One that is as it was before tells nothing
 * of this job: whoever can check in a file could check in a good result. What such files are is said in the log.
 */
export async function withoutFilesBefore(
  entries: readonly ArtifactEntry[],
  before: FilesBefore,
  say: (text: string) => Promise<void>,
): Promise<ArtifactEntry[]> {
  const untouched = entries.filter(({ path, digest }) => before.get(path) === digest)
  for (const { path } of untouched.slice(0, namedMost))
    await say(`WARNING: ${path} is not taken as a report: it lay there before the job and is unchanged\n`)
  if (untouched.length > namedMost) await say(`WARNING: nor are ${untouched.length - namedMost} more files\n`)
  const left = new Set(untouched)
  return entries.filter((entry) => !left.has(entry))
}
