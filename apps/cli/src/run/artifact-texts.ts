import { constants } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { PlanJob } from '@sluice/contracts/plan'
import type { ArtifactTexts, IncludeAnswer } from '@sluice/pipeline'
import { jobsNamed } from '../plan/jobs-named.ts'

/** As large as a pipeline file may be. */
const bytesMax = 1024 * 1024

/**
 * Files among the artifacts of a run's jobs. A link, in the file's place or on the way to it, is no such file: a job made
 * it, and it may lead anywhere.
 * @param folders of the files that jobs have handed on, by job
 */
export function artifactTexts(
  jobs: readonly Pick<PlanJob, 'name' | 'parallel'>[],
  folders: ReadonlyMap<string, string>,
): ArtifactTexts {
  return {
    async read({ job, path }) {
      const makers = jobsNamed(jobs, job)
      if (makers.length === 0)
        return missing(`there is no job "${job}"`, job, [...new Set(jobs.map(({ name }) => name))])
      const made = makers.flatMap(({ name }) => folders.get(name) ?? [])
      if (made.length === 0) return missing(`job "${job}" has handed on no artifacts`)
      for (const folder of made) {
        const answer = await readIn(folder, path)
        if (answer !== null) return answer
      }
      return missing(`the artifacts of job "${job}" have no such file`)
    },
  }
}

function missing(fault: string, name?: string, known?: string[]): IncludeAnswer {
  return { kind: 'missing', fault, ...(name === undefined ? {} : { name, known: known ?? [] }) }
}

/** `null` where there is no such file. */
async function readIn(folder: string, path: string): Promise<IncludeAnswer | null> {
  const place = join(await realpath(folder), path)
  if ((await realpath(place).catch(() => null)) !== place) return null
  const file = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const found = await file.stat()
    if (!found.isFile()) return null
    if (found.size > bytesMax) return missing(`it has ${found.size} bytes; wanted ${bytesMax} at most`)
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile()) }
  } catch (error) {
    if (error instanceof TypeError) return missing('it is not UTF-8')
    throw error
  } finally {
    await file.close()
  }
}
