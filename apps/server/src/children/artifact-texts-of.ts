import { isUtf8 } from 'node:buffer'
import type { PlanJob } from '@sluice/contracts/plan'
import { linkMode, type BlobStore } from '@sluice/execution'
import type { ArtifactTexts, IncludeAnswer } from '@sluice/pipeline'
import type { Database, RunRow } from '@sluice/store-postgres'
import { handedIn } from '../runner/handed-in.ts'

/** As large as a pipeline file may be. */
const bytesMax = 1024 * 1024

interface Sources {
  db: Database
  blobs: BlobStore
}

/**
 * Files among the artifacts of a run's jobs, for the children that it begins. A name stands for each of the jobs that
 * `parallel` made of it. A link is no such file: a job made it, and it may lead anywhere.
 */
export function artifactTextsOf({ db, blobs }: Sources, { id, plan, state }: RunRow): ArtifactTexts {
  return {
    async read({ job, path }) {
      const makers = makersOf(plan.jobs, job)
      if (makers.length === 0) return missing(`there is no job "${job}"`, job, [...new Set(plan.jobs.map(namedAs))])
      const ended = makers.filter((name) => state.jobs[name]?.status === 'success')
      if (ended.length === 0) return missing(`job "${job}" has not succeeded`)
      const archives = (await handedIn(db, id, ended)).filter(({ type }) => type === 'archive')
      if (archives.length === 0) return missing(`job "${job}" has handed on no artifacts`)
      const file = archives.flatMap(({ files }) => files).find((one) => one.path === path && one.mode !== linkMode)
      if (file === undefined) return missing(`the artifacts of job "${job}" have no such file`)
      if (file.sizeBytes > bytesMax) return missing(`it has ${file.sizeBytes} bytes; wanted ${bytesMax} at most`)
      const content = await blobs.get(file.digest)
      if (content === null) throw new Error(`the blob store has lost ${file.digest}, which is ${path} of job "${job}"`)
      const bytes = Buffer.concat(await Array.fromAsync(content))
      return isUtf8(bytes) ? { kind: 'text', text: bytes.toString('utf8') } : missing('it is not UTF-8')
    },
  }
}

type Named = Pick<PlanJob, 'name' | 'parallel'>

const makersOf = (jobs: readonly Named[], job: string): string[] =>
  jobs.filter(({ name, parallel }) => name === job || parallel?.job === job).map(({ name }) => name)

const namedAs = ({ name, parallel }: Named): string => parallel?.job ?? name

function missing(fault: string, name?: string, known?: string[]): IncludeAnswer {
  return { kind: 'missing', fault, ...(name === undefined ? {} : { name, known: known ?? [] }) }
}
