import type { Plan, PlanVariable, Reason } from '@sluice/contracts/plan'
import type { CompileRequest, CompileResult, LoadedSources } from './compile-request.ts'
import { CompileLimit } from './compile-limit.ts'
import { FileMatcher } from './glob/file-matcher.ts'
import { limits } from './limits.ts'
import { fillExtends } from './merge/extends.ts'
import { fillReferences } from './merge/references.ts'
import { Mistakes } from './mistakes.ts'
import { checkNeeds } from './plan/check-needs.ts'
import { decideWorkflow, type WorkflowDecision } from './plan/decide-workflow.ts'
import { planJob, type PlanContext, type PlannedJob } from './plan/plan-job.ts'
import { settleNeeds } from './plan/settle-needs.ts'
import { readPipeline, type PipelineDefinition } from './read/pipeline.ts'
import { Warnings } from './read/reading.ts'
import { gatherSources, type Gathered } from './sources/gather.ts'
import type { ParsedSources } from './sources/source-file.ts'

/**
 * Compiles a pipeline for one change. Pure: the same request and texts give the same result. Ends in bounded time
 * whatever the text, and never throws for it.
 */
export function compile(request: CompileRequest, loaded: LoadedSources): CompileResult {
  return compileRound(request, loaded, new Map())
}

/** `compile` that keeps what it parsed for the next round. */
export function compileRound(request: CompileRequest, loaded: LoadedSources, parsed: ParsedSources): CompileResult {
  const mistakes = new Mistakes()
  try {
    return compilePhases(request, loaded, parsed, mistakes)
  } catch (error) {
    if (!(error instanceof CompileLimit)) throw error
    mistakes.add(error.code, { path: request.path, line: 1, column: 1 }, error.message)
    return { kind: 'mistakes', mistakes: mistakes.sorted() }
  }
}

function compilePhases(
  request: CompileRequest,
  loaded: LoadedSources,
  parsed: ParsedSources,
  mistakes: Mistakes,
): CompileResult {
  const warnings = new Warnings()
  const gathered = gatherSources(request, loaded, parsed, mistakes, warnings)
  if (gathered.wanted.length > 0) return { kind: 'wanted', sources: gathered.wanted }
  const pipeline = definePipeline(gathered, mistakes, warnings)
  if (pipeline === null || mistakes.count > 0) return { kind: 'mistakes', mistakes: mistakes.sorted() }
  const plan = makePlan(request, pipeline, gathered.includedBy, mistakes)
  if (mistakes.count > 0) return { kind: 'mistakes', mistakes: mistakes.sorted() }
  return { kind: 'plan', plan: { ...plan, warnings: [...warnings.all(), ...plan.warnings] } }
}

function definePipeline(gathered: Gathered, mistakes: Mistakes, warnings: Warnings): PipelineDefinition | null {
  if (gathered.root === null) return null
  const extended = fillExtends(gathered.root, mistakes)
  const root = fillReferences(extended.root, mistakes)
  const pipeline = readPipeline({ ...extended, root }, mistakes, warnings)
  checkNeeds(pipeline, mistakes)
  return pipeline
}

function makePlan(
  request: CompileRequest,
  pipeline: PipelineDefinition,
  includedBy: ReadonlyMap<string, Reason>,
  mistakes: Mistakes,
): Plan {
  const budget = { left: limits.globComparisons }
  const changed = request.changedPaths === null ? null : new FileMatcher(request.changedPaths, budget)
  const files = new FileMatcher(request.files, budget)
  const workflow = decideWorkflow(pipeline, request, { changed, files })
  const context: PlanContext = {
    predefined: withPipelineName(request.predefined, workflow.name),
    global: pipeline.variables,
    workflowVariables: workflow.variables,
    project: request.variables,
    changed,
    files,
    expansion: { left: limits.expandedLength },
    workflowReasons: workflow.reasons,
    includedBy,
    mistakes,
  }
  const planned = inStageOrder(pipeline).map((job) => decide(job, workflow, context))
  const definitions = new Map(pipeline.jobs.map((job) => [job.name, job]))
  return assemble(request, pipeline, workflow, settleNeeds(planned, definitions, mistakes))
}

function withPipelineName(predefined: readonly PlanVariable[], name: string | null): readonly PlanVariable[] {
  return name === null ? predefined : [...predefined, { key: 'CI_PIPELINE_NAME', value: name }]
}

function decide(job: PipelineDefinition['jobs'][number], workflow: WorkflowDecision, context: PlanContext): PlannedJob {
  if (workflow.runs) return planJob(job, context)
  return { kind: 'out', job: { name: job.name, stage: job.stage.name, reasons: [...workflow.reasons] } }
}

function inStageOrder({ jobs, stages }: PipelineDefinition): PipelineDefinition['jobs'] {
  const order = new Map(stages.map((stage, index) => [stage, index]))
  const indexOf = (stage: string): number => order.get(stage) ?? 0
  return jobs.toSorted((a, b) => indexOf(a.stage.name) - indexOf(b.stage.name))
}

function assemble(
  request: CompileRequest,
  pipeline: PipelineDefinition,
  workflow: WorkflowDecision,
  { jobs, excluded }: Pick<Plan, 'jobs' | 'excluded'>,
): Plan {
  const used = new Set(jobs.map((job) => job.stage))
  return {
    version: 1,
    project: request.project,
    ...(workflow.name === null ? {} : { name: workflow.name }),
    trigger: request.trigger,
    stages: pipeline.stages.filter((stage) => (stage !== '.pre' && stage !== '.post') || used.has(stage)),
    jobs,
    excluded,
    warnings: edgeStagesOnly(used),
  }
}

/** GitLab makes no pipeline of `.pre` and `.post` jobs alone. */
function edgeStagesOnly(used: ReadonlySet<string>): Reason[] {
  if (used.size === 0 || [...used].some((stage) => stage !== '.pre' && stage !== '.post')) return []
  return [{ kind: 'default', text: 'Only stages .pre and .post have jobs: GitLab would not start this pipeline' }]
}
