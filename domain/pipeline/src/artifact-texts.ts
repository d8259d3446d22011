import type { PlanJob } from '@sluice/contracts/plan'
import type { ArtifactSource, IncludeAnswer } from './compile-request.ts'
import { limits } from './limits.ts'
import type { ArtifactTexts } from './ports.ts'

/** A file that a job has handed on. */
export interface HandedOnFile {
  sizeBytes: number
  /** All of it, a byte order mark too; `null` where it is larger than what was asked for, or no UTF-8. */
  text: string | null
}

/**
 * Where the files are that jobs of a run have handed on. Promises: a link, in the file's place or on the way to it, is no
 * such file (a job made it, and it may lead anywhere); only a fault of the host throws.
 */
export interface HandedOnFiles {
  /**
   * The first file of a path that one of these jobs has handed on; `null` where none of them has one.
   * @param jobs full names, at least one
   * @param path of any form: it is written by the pipeline
   * @param bytesMax larger ones are not read
   * @returns `nothing` where none of them has handed on any artifacts
   */
  find(jobs: readonly string[], path: string, bytesMax: number): Promise<HandedOnFile | null | 'nothing'>
}

type Named = Pick<PlanJob, 'name' | 'parallel'>

/**
 * Files among the artifacts of a run's jobs, for the children that it begins. A name stands for each of the jobs that
 * `parallel` made of it. As in GitLab a job that failed counts too, if it has handed something on.
 * @param jobs of the run's whole plan
 */
export function artifactTexts(jobs: readonly Named[], files: HandedOnFiles): ArtifactTexts {
  return { read: (source) => read(jobs, files, source) }
}

async function read(
  jobs: readonly Named[],
  files: HandedOnFiles,
  { job, path }: Pick<ArtifactSource, 'job' | 'path'>,
): Promise<IncludeAnswer> {
  const makers = jobs.filter(({ name, parallel }) => name === job || parallel?.job === job).map(({ name }) => name)
  if (makers.length === 0) {
    const known = [...new Set(jobs.map(({ name, parallel }) => parallel?.job ?? name))]
    return { kind: 'missing', fault: `there is no job "${job}"`, name: job, known }
  }
  const file = await files.find(makers, path, limits.fileLength)
  if (file === 'nothing') return missing(`job "${job}" has handed on no artifacts`)
  if (file === null) return missing(`the artifacts of job "${job}" have no such file`)
  const { sizeBytes, text } = file
  if (sizeBytes > limits.fileLength) return missing(`it has ${sizeBytes} bytes; wanted ${limits.fileLength} at most`)
  return text === null ? missing('it is not UTF-8') : { kind: 'text', text }
}

const missing = (fault: string): IncludeAnswer => ({ kind: 'missing', fault })
