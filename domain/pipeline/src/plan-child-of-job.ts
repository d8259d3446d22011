import type { Plan, PlanJob } from '@sluice/contracts/plan'
import { childOfJob } from './child-of-job.ts'
import { childRefusal, type RefusedChild } from './child-refusal.ts'
import type { ChildStart } from './child-request.ts'
import type { CompileRequest, CompileResult } from './compile-request.ts'
import type { Mistake } from './mistakes.ts'

/** A child that can be begun. */
export interface ChildOfJob {
  request: CompileRequest
  plan: Plan
}

/** Why there is no child; with the mistakes of its files, if these are why. */
export interface UnplannedChild extends RefusedChild {
  mistakes?: readonly Mistake[]
}

/**
 * Plans the child that a job begins when it has its turn, or says why there is none (`childRefusal`).
 * @param parent the request of the pipeline that the job is of
 * @param start `pipelines`: how many the tree has by now
 * @param compile reads and compiles the child's files
 * @throws what `compile` throws
 */
export async function planChildOfJob(
  parent: CompileRequest,
  job: PlanJob,
  { pipelines, ...start }: ChildStart & { pipelines: number },
  compile: (child: CompileRequest) => Promise<Exclude<CompileResult, { kind: 'wanted' }>>,
): Promise<ChildOfJob | UnplannedChild> {
  const request = childOfJob(parent, job, start)
  if ('refused' in request) return request
  const early = childRefusal(request, { pipelines })
  if (early !== null) return { refused: early }
  const result = await compile(request)
  if (result.kind === 'mistakes') return { refused: mistakesSentence(result.mistakes), mistakes: result.mistakes }
  const { plan } = result
  const refused = childRefusal(request, { plan })
  return refused === null ? { request, plan } : { refused }
}

/** Read at a glance in a job's state, so it tells the first one. */
function mistakesSentence([first, ...more]: readonly Mistake[]): string {
  if (first === undefined) throw new TypeError('mistakes without a mistake')
  const { place, message } = first
  return `${place.path}:${place.line}:${place.column}: ${message}${more.length === 0 ? '' : `, and ${more.length} more`}`
}
