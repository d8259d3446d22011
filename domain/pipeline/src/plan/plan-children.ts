import type { ChildTarget, Plan, PlanJob, Reason } from '@sluice/contracts/plan'
import { digestOf } from '@sluice/kernel'
import { childRefusal } from '../child-refusal.ts'
import { childRequest } from '../child-request.ts'
import type { CompileRequest, CompileResult, WantedSource } from '../compile-request.ts'
import type { Mistake } from '../mistakes.ts'
import type { JobDefinition } from '../read/job.ts'
import type { TriggerDefinition } from '../read/trigger.ts'
import { quote } from '../yaml/located.ts'
import type { WantedPaths } from '../wanted-paths.ts'

/** A plan with those of its children, or what keeps them from being planned. */
export interface PlannedChildren {
  plan: Plan
  mistakes: Mistake[]
  sources: WantedSource[]
  paths: WantedPaths[]
}

/**
 * Plans the children of a plan's trigger jobs as far as they can be known before anything has run. What is wrong with
 * their files is told now, as everything that is wrong with a pipeline.
 */
export function planChildren(
  plan: Plan,
  definitions: ReadonlyMap<string, JobDefinition>,
  request: CompileRequest,
  compileChild: (child: CompileRequest) => CompileResult,
): PlannedChildren {
  const planned: PlannedChildren = { plan, mistakes: [], sources: [], paths: [] }
  const warnings: Reason[] = []
  const jobs = plan.jobs.map((job) => {
    const trigger = definitions.get(job.name)?.trigger
    if (job.downstream === undefined || trigger == null) return job
    const { target } = job.downstream
    if (target.kind === 'project' || trigger.target.kind === 'project') {
      warnings.push(warningOf(job, 'triggers another project, which cannot be reached from here', trigger))
      return job
    }
    const known = planChild(target, trigger.target, { job, request }, compileChild, planned)
    if (known.refused !== undefined)
      warnings.push(warningOf(job, `its child cannot be created: ${known.refused}`, trigger))
    return withTarget(job, known)
  })
  return { ...planned, plan: { ...plan, jobs, warnings: [...plan.warnings, ...warnings] } }
}

function warningOf({ name }: PlanJob, text: string, { target }: TriggerDefinition): Reason {
  const { path, line, column } = target.kind === 'child' ? target.include.place : target.place
  return { kind: 'default', text: `job ${quote(name)} will fail: ${text}`, position: { path, line, column } }
}

function planChild(
  target: ChildTarget,
  { include, artifacts }: Extract<TriggerDefinition['target'], { kind: 'child' }>,
  { job, request }: { job: PlanJob; request: CompileRequest },
  compileChild: (child: CompileRequest) => CompileResult,
  planned: PlannedChildren,
): ChildTarget {
  const child = childRequest(request, job, include, { variables: job.downstream?.variables ?? [] })
  const early = childRefusal(child)
  if (early !== null) return { ...target, refused: early }
  const makers = [...new Set(artifacts.map((artifact) => quote(artifact.job)))].join(', ')
  if (makers !== '') return { ...target, unknown: `known when job ${makers} has run` }
  const result = compileChild(child)
  if (result.kind === 'plan') {
    const { plan } = result
    const refused = childRefusal(child, { plan })
    return { ...target, plan, ...(refused === null ? {} : { refused }) }
  }
  if (result.kind === 'mistakes') planned.mistakes.push(...result.mistakes)
  else {
    planned.sources.push(...result.sources)
    planned.paths.push(...(result.paths ?? []))
  }
  return target
}

/** What the child does is part of what the job does. */
function withTarget(job: PlanJob, target: ChildTarget): PlanJob {
  const downstream = job.downstream === undefined ? {} : { downstream: { ...job.downstream, target } }
  if (target.plan === undefined) return { ...job, ...downstream }
  const child = target.plan.jobs.map(({ name, definitionDigest }) => [name, definitionDigest])
  return { ...job, ...downstream, definitionDigest: digestOf({ own: job.definitionDigest, child }) }
}
