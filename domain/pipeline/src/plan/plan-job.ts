import type { ExcludedJob, PlanJob, PlanVariable, Reason } from '@sluice/contracts/plan'
import type { JobDefinition, JobInstance } from '../read/job.ts'
import { planNeed, type NeedDefinition } from '../read/needs.ts'
import { decideWhen } from './decide-when.ts'
import { definitionDigest } from './definition-digest.ts'
import { expandParts } from './expand-parts.ts'
import { fillJobInputs } from './fill-job-inputs.ts'
import { jobScope, writtenVariables } from './job-scope.ts'
import type { PlanContext } from './plan-context.ts'
import { planDownstream } from './plan-downstream.ts'
import { planJobOptions } from './plan-job-options.ts'
import type { VariableScope } from '../variables/variable-scope.ts'
import { standInForSecrets } from './stand-in-for-secrets.ts'

/** A job that is in, with the needs that hold for it and their places; or one that is out. */
export type PlannedJob =
  | { kind: 'in'; job: PlanJob; needs: readonly NeedDefinition[] | null }
  | { kind: 'out'; job: ExcludedJob }

/** Decides one job by its rules and fills in its variables. */
export function planJob(definition: JobDefinition, context: PlanContext): PlannedJob {
  const decision = decideWhen(definition, context)
  const reasons = [...originReasons(definition, context), ...decision.reasons]
  if (decision.when === 'never') return { kind: 'out', job: excludedJob(definition, reasons) }
  const needs = decision.rule?.needs ?? definition.needs
  const scope = jobScope(definition, context, decision.rule?.variables ?? [])
  const fill = fillJobInputs(definition, context)
  const upstream = upstreamOf(decision.rule?.needs == null ? definition : decision.rule, scope)
  const written = writtenVariables(definition, context, decision.rule)
  const stoodIn = standInForSecrets(
    planJobOptions(definition.options, (text) => scope.expandText(fill(text)), fill),
    scope.resolved(context.hasDotenv),
    new Set([...context.project, ...context.pipeline].map(({ key }) => key)),
  )
  return {
    kind: 'in',
    needs,
    job: {
      name: definition.name,
      stage: definition.stage.name,
      needs: needs?.map(planNeed) ?? null,
      dependencies: definition.dependencies?.map(({ job }) => job) ?? null,
      beforeScript: definition.beforeScript.map(fill),
      script: definition.script.map(fill),
      afterScript: definition.afterScript.map(fill),
      when: decision.when,
      startInMs: decision.when === 'delayed' ? decision.startInMs : null,
      allowFailure: decision.allowFailure,
      retry: definition.retry,
      timeoutMs: definition.timeoutMs,
      interruptible: decision.rule?.interruptible ?? definition.interruptible,
      coverage: definition.coverage,
      ...parallelOf(definition),
      variables: stoodIn.variables,
      ...expandParts(definition, scope, fill, context.mistakes),
      ...stoodIn.options,
      ...downstreamOf(definition, context, written, scope),
      ...upstream,
      definitionDigest: definitionDigest(definition, written, needs, {
        when: decision.when,
        allowFailure: decision.allowFailure,
        ...upstreamOf(decision.rule?.needs == null ? definition : decision.rule, null),
      }),
      reasons: [...reasons, ...stoodIn.reasons],
    },
  }
}

export function excludedJob(definition: JobDefinition, reasons: Reason[]): ExcludedJob {
  return { name: definition.name, stage: definition.stage.name, ...parallelOf(definition), reasons }
}

function downstreamOf(
  { trigger }: JobDefinition,
  { pipeline, hasDotenv }: PlanContext,
  written: readonly PlanVariable[],
  scope: VariableScope,
): Pick<PlanJob, 'downstream'> {
  return trigger === null ? {} : { downstream: planDownstream(trigger, { written, pipeline, hasDotenv }, scope) }
}

/** @param scope fills them in; `null` leaves them as they are written */
function upstreamOf(
  { upstreamNeeds }: Pick<JobDefinition, 'upstreamNeeds'>,
  scope: VariableScope | null,
): Pick<PlanJob, 'upstreamNeeds'> {
  if (upstreamNeeds.length === 0) return {}
  const text = (value: string): string => scope?.expandText(value) ?? value
  return { upstreamNeeds: upstreamNeeds.map(({ pipeline, job }) => ({ pipeline: text(pipeline), job: text(job) })) }
}

function parallelOf({ instance }: JobDefinition): Pick<PlanJob, 'parallel'> {
  return instance === null ? {} : { parallel: { job: instance.of, index: instance.index, total: instance.total } }
}

function originReasons(definition: JobDefinition, context: PlanContext): Reason[] {
  const reasons: Reason[] = [...context.workflowReasons]
  const included = context.includedBy.get(definition.place.path)
  if (included !== undefined) reasons.push(included)
  if (definition.instance !== null) reasons.push(parallelReason(definition, definition.instance))
  if (definition.bases.length > 0) {
    reasons.push({ kind: 'extends', text: `extends ${definition.bases.join(', ')}`, position: definition.place })
  }
  if (definition.defaulted.length > 0) {
    reasons.push({ kind: 'default', text: `takes ${definition.defaulted.join(', ')} from default` })
  }
  return reasons
}

function parallelReason(definition: JobDefinition, { of, index, total, variables }: JobInstance): Reason {
  const values = variables.map(({ key, value }) => `${key}=${value}`).join(', ')
  const text = `parallel: job ${index} of ${total} of ${of}${values === '' ? '' : `, ${values}`}`
  return { kind: 'parallel', text, position: definition.parallel?.place ?? definition.place }
}
