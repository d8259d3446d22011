import type { PlanJob, PlanVariable } from '@sluice/contracts/plan'
import type { CompileRequest } from './compile-request.ts'
import { runVariables, type PredefinedInput } from './predefined-variables.ts'
import type { Located } from './yaml/located.ts'

/** What a trigger job gives to the child that it begins. */
export interface ChildStart {
  /** Variables that win over all that the child's files say. */
  variables: readonly PlanVariable[]
  /** What is known of the child's run; absent where it is only planned ahead. */
  run?: PredefinedInput['run']
  /**
   * Whether a run ends here only when all its children have, also those that no job waits for; then what is held above it is held
   * for these too. Absent: no.
   */
  outlivesChildren?: boolean
}

/**
 * The request for a child: of the same project, commit and event as its parent, but for the source, which is
 * `parent_pipeline`, and what is said of the run. GitLab, downstream pipelines.
 * @param include `trigger:include` of the job
 */
export function childRequest(
  parent: CompileRequest,
  job: PlanJob,
  include: Located,
  { variables, run, outlivesChildren = false }: ChildStart,
): CompileRequest {
  const { inputs: _inputs, ...request } = parent
  const { depth = 0, heldGroups: above = [] } = parent.child ?? {}
  const heldGroups = groupsHeld(job, above, outlivesChildren)
  return {
    ...request,
    trigger: { ...parent.trigger, source: 'parent_pipeline' },
    pipelineVariables: variables.map(({ written: _written, ...variable }) => variable),
    predefined: predefinedOf(parent.predefined, run),
    child: { include, depth: depth + 1, heldGroups },
  }
}

/** The resource groups that are held until a job's child has ended. A job that does not wait for it lets go of its own. */
function groupsHeld(
  { downstream, resourceGroup }: PlanJob,
  above: readonly string[],
  outlivesChildren: boolean,
): readonly string[] {
  if (downstream?.strategy === undefined) return outlivesChildren ? above : []
  return resourceGroup === null ? above : [...above, resourceGroup]
}

/** Those that say something of the parent's run and of nothing else. */
const ofRun: ReadonlySet<string> = new Set([
  'CI_PIPELINE_ID',
  'CI_PIPELINE_IID',
  'CI_PIPELINE_CREATED_AT',
  'CI_PIPELINE_URL',
  'CI_PIPELINE_NAME',
  'CI_PIPELINE_SOURCE',
  'CI_PIPELINE_TRIGGERED',
  'CI_UPSTREAM_PIPELINE_ID',
  'CI_UPSTREAM_PROJECT_ID',
])

function predefinedOf(parent: readonly PlanVariable[], run: PredefinedInput['run']): PlanVariable[] {
  const valueOf = (name: string): string | undefined => parent.find(({ key }) => key === name)?.value
  const upstream = {
    CI_UPSTREAM_PIPELINE_ID: valueOf('CI_PIPELINE_ID'),
    CI_UPSTREAM_PROJECT_ID: valueOf('CI_PROJECT_ID'),
  }
  return [
    ...parent.filter(({ key }) => !ofRun.has(key)),
    { key: 'CI_PIPELINE_SOURCE', value: 'parent_pipeline' },
    ...Object.entries(upstream).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }])),
    ...runVariables(run),
  ]
}
