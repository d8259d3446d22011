import type { SourcePosition } from '@sluice/contracts/plan'
import { limits } from '../limits.ts'
import { isText, flatItems } from './values.ts'
import type { Located } from '../yaml/located.ts'

/** `needs: [{ pipeline, job }]`: artifacts of a job of a pipeline above, or of another child of it. */
export interface UpstreamNeed {
  /** The id, most often as a variable. */
  pipeline: string
  job: string
  place: SourcePosition
}

/** Those among `needs`. `readNeeds` tells what is wrong with them. */
export function readUpstreamNeeds(node: Located): UpstreamNeed[] {
  return flatItems(node, limits.scriptNesting)
    .slice(0, 2 * limits.needs)
    .flatMap((item) => {
      if (item.kind !== 'map') return []
      const [pipeline, job, artifacts] = ['pipeline', 'job', 'artifacts'].map((key) => item.entries.get(key)?.value)
      if (pipeline === undefined || job === undefined || !isText(pipeline) || !isText(job)) return []
      if (artifacts?.kind === 'scalar' && artifacts.value === false) return []
      return [{ pipeline: pipeline.value, job: job.value, place: item.place }]
    })
}
