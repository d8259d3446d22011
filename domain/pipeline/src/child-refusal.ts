import type { Plan, PlanJob } from '@sluice/contracts/plan'
import type { CompileRequest } from './compile-request.ts'
import { limits } from './limits.ts'

/** Why there is no child: the rest of a sentence, `its child cannot be created: <refused>`. */
export interface RefusedChild {
  refused: string
}

/** What a host knows of a child besides its request. */
export interface KnownOfChild {
  /** How many pipelines its tree has without it. Absent where nothing has begun. */
  pipelines?: number
  /** Absent where it is not planned yet. */
  plan?: Plan
}

/**
 * Why a child cannot be created, by what is known of it: the rest of a sentence, as in `RefusedChild`; `null` where
 * nothing speaks against it. GitLab, downstream pipelines and resource groups; but where GitLab's child waits for ever for
 * a group that is held until it has ended, there is none here.
 * @param request the child's
 */
export function childRefusal(
  { child }: Pick<CompileRequest, 'child'>,
  { pipelines = 0, plan }: KnownOfChild = {},
): string | null {
  const { depth = 0, heldGroups = [] } = child ?? {}
  if (depth > limits.childDepth)
    return `it would be below ${limits.childDepth} levels of children; wanted ${limits.childDepth} at most`
  if (pipelines >= limits.pipelines) return `there are ${limits.pipelines} pipelines already`
  if (plan === undefined) return null
  if (plan.jobs.length === 0) return 'none of its jobs runs for this change'
  const blocked = plan.jobs.find(({ resourceGroup }) => resourceGroup !== null && heldGroups.includes(resourceGroup))
  return blocked === undefined ? null : blockedSentence(blocked)
}

function blockedSentence({ name, resourceGroup }: PlanJob): string {
  return `its job "${name}" waits for resource group "${resourceGroup}", which is held until the child has ended`
}
