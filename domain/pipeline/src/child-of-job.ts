import type { PlanJob } from '@sluice/contracts/plan'
import { childRefusal, type RefusedChild } from './child-refusal.ts'
import { childRequest, type ChildStart } from './child-request.ts'
import type { CompileRequest } from './compile-request.ts'
import { locatedJson } from './inputs/json-value.ts'

/**
 * The request for the child that a planned trigger job begins, or why there can be none.
 * @param parent the request of the pipeline that the job is of
 * @throws TypeError when the job begins nothing
 */
export function childOfJob(parent: CompileRequest, job: PlanJob, start: ChildStart): CompileRequest | RefusedChild {
  if (job.downstream === undefined) throw new TypeError(`job "${job.name}" begins no child`)
  const { target } = job.downstream
  // Decision 0017: what a job of one project may begin in another is for nobody to say yet.
  if (target.kind === 'project') return { refused: `project "${target.project}" cannot be reached from here` }
  const request = childRequest(parent, job, locatedJson(target.include, target.place), start)
  const refused = childRefusal(request)
  return refused === null ? request : { refused }
}
