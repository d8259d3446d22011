import type { PlanJob, PlanVariable } from '@sluice/contracts/plan'
import type { Shop } from './open-shop.ts'

/** What a job takes from the pipelines above and beside it. */
export interface UpstreamFiles {
  /** Folders of files. */
  artifacts: string[]
  dotenv: PlanVariable[]
}

/**
 * What `needs:pipeline` of a job names, in the runs of its tree.
 * @throws Error where a job of them has handed on nothing: the attempt fails, as GitLab's does
 */
export function upstreamFilesOf({ tree, run }: Pick<Shop, 'tree' | 'run'>, job: PlanJob): UpstreamFiles {
  const files: UpstreamFiles = { artifacts: [], dotenv: [] }
  // Only what stands below another pipeline has any to take from; the plan of the first one warns of it.
  if (run.request.child === undefined) return files
  for (const { pipeline, job: name } of job.upstreamNeeds ?? []) {
    const action = `Cannot take artifacts of job "${name}" of pipeline "${pipeline}"`
    const shop = tree.get(pipeline)
    if (shop === undefined) throw new Error(`${action}: there is no such pipeline above or beside this one`)
    const folder = shop.artifacts.get(name)
    const dotenv = shop.dotenv.get(name)
    if (folder === undefined && (dotenv === undefined || dotenv.length === 0))
      throw new Error(`${action}: it has handed on none${knownOf(shop, name)}`)
    if (folder !== undefined) files.artifacts.push(folder)
    files.dotenv.push(...(dotenv ?? []))
  }
  return files
}

function knownOf({ run }: Shop, name: string): string {
  return run.whole.jobs.some((job) => job.name === name) ? '' : '; that pipeline has no such job'
}
