import type { ChildTarget } from '@sluice/contracts/plan'
import { childRequest, type ChildStart } from './child-request.ts'
import type { CompileRequest } from './compile-request.ts'
import { locatedJson } from './inputs/json-value.ts'
import { limits } from './limits.ts'

/**
 * The request for the child that a planned trigger job begins, or why there can be none: the rest of a sentence.
 * @param parent the request of the pipeline that the job is of
 */
export function childOfJob(
  parent: CompileRequest,
  { include, place }: ChildTarget,
  start: ChildStart,
): CompileRequest | { refused: string } {
  if (isTooDeep(parent)) return { refused: tooDeep }
  return childRequest(parent, locatedJson(include, place), start)
}

/** GitLab's `reached_max_descendant_pipelines_depth`. */
export const tooDeep = `it would be below ${limits.childDepth} levels of children; wanted ${limits.childDepth} at most`

/** Whether a child of this pipeline would be one level too deep. */
export function isTooDeep({ child }: Pick<CompileRequest, 'child'>): boolean {
  return (child?.depth ?? 0) >= limits.childDepth
}
