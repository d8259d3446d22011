import type { Plan, PlanVariable, Reason } from '@sluice/contracts/plan'
import type { CompileRequest, CompileResult, LoadedSources, WantedSource } from './compile-request.ts'
import { CompileLimit } from './compile-limit.ts'
import { FileMatcher } from './glob/file-matcher.ts'
import { fillExtends } from './merge/extends.ts'
import { fillReferences } from './merge/references.ts'
import { Mistakes } from './mistakes.ts'
import { checkDownstream } from './plan/check-downstream.ts'
import { checkNeeds } from './plan/check-needs.ts'
import { checkOnStop } from './plan/check-on-stop.ts'
import { closeDefinitions } from './plan/close-definitions.ts'
import { decideWorkflow, type WorkflowDecision } from './plan/decide-workflow.ts'
import type { RulePaths } from './plan/path-clauses.ts'
import { PathsElsewhere } from './plan/paths-elsewhere.ts'
import type { PlanContext } from './plan/plan-context.ts'
import { planChildren } from './plan/plan-children.ts'
import { excludedJob, planJob, type PlannedJob } from './plan/plan-job.ts'
import { settleNeeds } from './plan/settle-needs.ts'
import { TreeBudget } from './plan/tree-budget.ts'
import { warnOfUpstream } from './plan/warn-of-upstream.ts'
import { readPipeline, type PipelineDefinition } from './read/pipeline.ts'
import { Warnings, type Told } from './read/reading.ts'
import { gatherSources, type Gathered } from './sources/gather.ts'
import type { ParsedSources } from './sources/source-file.ts'
import type { LoadedPaths, WantedPaths } from './wanted-paths.ts'

/**
 * Compiles a pipeline for one change. Pure: the same request, texts and paths give the same result. Ends in bounded time
 * whatever the text, and never throws for it.
 */
export function compile(request: CompileRequest, loaded: LoadedSources, paths: LoadedPaths = new Map()): CompileResult {
  return compileRound(request, loaded, new Map(), paths)
}

/** `compile` that keeps what it parsed for the next round. */
export function compileRound(
  request: CompileRequest,
  loaded: LoadedSources,
  parsed: ParsedSources,
  paths: LoadedPaths,
): CompileResult {
  const mistakes = new Mistakes()
  try {
    return compilePhases({ request, loaded, parsed, loadedPaths: paths, budget: new TreeBudget() }, mistakes)
  } catch (error) {
    if (!(error instanceof CompileLimit)) throw error
    mistakes.add(error.code, { path: request.path, line: 1, column: 1 }, error.message)
    return { kind: 'mistakes', mistakes: mistakes.sorted() }
  }
}

/** What one pipeline of a tree is compiled from. */
interface Compilation {
  request: CompileRequest
  loaded: LoadedSources
  parsed: ParsedSources
  loadedPaths: LoadedPaths
  /** Of the whole tree. */
  budget: TreeBudget
}

/** Gather the files, define the pipeline, decide the plan; each phase stops at what is wanted first and at mistakes. */
function compilePhases(compilation: Compilation, mistakes: Mistakes): CompileResult {
  const { request, loaded, parsed, loadedPaths, budget } = compilation
  budget.spendPipeline()
  const told = { mistakes, warnings: new Warnings() }
  const { comparisons } = budget
  const elsewhere = new PathsElsewhere(loadedPaths, mistakes, comparisons)
  const paths: RulePaths = {
    changed: request.changedPaths === null ? null : new FileMatcher(request.changedPaths, comparisons),
    files: new FileMatcher(request.files, comparisons),
    elsewhere,
  }
  const gathered = gatherSources({ request, loaded, parsed, paths, comparisons, budget: budget.inputs }, told)
  if (gathered.wanted.length > 0 || elsewhere.wanted.length > 0) return wanted(gathered.wanted, elsewhere.wanted)
  const pipeline = definePipeline(gathered, request, budget, told)
  if (pipeline === null || mistakes.count > 0) return { kind: 'mistakes', mistakes: mistakes.sorted() }
  const plan = makePlan(compilation, pipeline, gathered.includedBy, paths, mistakes)
  if (elsewhere.wanted.length > 0) return wanted([], elsewhere.wanted)
  if (mistakes.count > 0) return { kind: 'mistakes', mistakes: mistakes.sorted() }
  return withChildren(compilation, pipeline, {
    ...plan,
    warnings: [...told.warnings.all(), ...plan.warnings],
  })
}

/** The plan, with those of its children. */
function withChildren(compilation: Compilation, { jobs }: PipelineDefinition, plan: Plan): CompileResult {
  if (!plan.jobs.some(({ downstream }) => downstream !== undefined)) return { kind: 'plan', plan }
  const definitions = new Map(jobs.map((job) => [job.name, job]))
  const children = planChildren(plan, definitions, compilation.request, (request) =>
    compilePhases({ ...compilation, request }, new Mistakes()),
  )
  if (children.sources.length > 0 || children.paths.length > 0) return wanted(children.sources, children.paths)
  if (children.mistakes.length === 0) return { kind: 'plan', plan: children.plan }
  const mistakes = new Mistakes()
  // Two children may be made of one file.
  for (const { code, place, message } of children.mistakes) mistakes.add(code, place, message)
  return { kind: 'mistakes', mistakes: mistakes.sorted() }
}

function wanted(sources: WantedSource[], paths: WantedPaths[]): CompileResult {
  return { kind: 'wanted', sources, ...(paths.length === 0 ? {} : { paths }) }
}

function definePipeline(
  gathered: Gathered,
  request: CompileRequest,
  budget: TreeBudget,
  { mistakes, warnings }: Told,
): PipelineDefinition | null {
  if (gathered.root === null) return null
  const extended = fillExtends(gathered.root, mistakes)
  const root = fillReferences(extended.root, mistakes)
  const pipeline = readPipeline({ ...extended, root }, mistakes, warnings)
  if (request.child !== undefined) budget.spendChild(pipeline.jobs.length, root.weight)
  else warnOfUpstream(pipeline, warnings)
  checkNeeds(pipeline, mistakes)
  checkDownstream(pipeline, mistakes)
  checkOnStop(pipeline, mistakes)
  return pipeline
}

function makePlan(
  { request, budget }: Compilation,
  pipeline: PipelineDefinition,
  includedBy: ReadonlyMap<string, Reason>,
  paths: RulePaths,
  mistakes: Mistakes,
): Plan {
  const workflow = decideWorkflow(pipeline, request, paths)
  const context: PlanContext = {
    ...paths,
    predefined: withPipelineName(request.predefined, workflow.name),
    global: pipeline.variables,
    workflowVariables: workflow.variables,
    project: request.variables,
    pipeline: request.pipelineVariables ?? [],
    trigger: request.trigger,
    projectPath: request.predefined.find(({ key }) => key === 'CI_PROJECT_PATH')?.value ?? request.project,
    hasDefaultRefs: pipeline.workflow.rules === null,
    expansion: budget.expansion,
    hasDotenv: pipeline.jobs.some(({ artifacts }) => artifacts?.reports['dotenv'] !== undefined),
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
  return { kind: 'out', job: excludedJob(job, [...workflow.reasons]) }
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
  const closed = closeDefinitions(jobs, pipeline.stages)
  return {
    version: 1,
    project: request.project,
    ...(workflow.name === null ? {} : { name: workflow.name }),
    ...(workflow.autoCancel === null ? {} : { autoCancel: workflow.autoCancel }),
    trigger: request.trigger,
    stages: pipeline.stages.filter((stage) => (stage !== '.pre' && stage !== '.post') || used.has(stage)),
    jobs: closed,
    excluded,
    warnings: edgeStagesOnly(used),
  }
}

/** GitLab makes no pipeline of `.pre` and `.post` jobs alone. */
function edgeStagesOnly(used: ReadonlySet<string>): Reason[] {
  if (used.size === 0 || [...used].some((stage) => stage !== '.pre' && stage !== '.post')) return []
  return [{ kind: 'default', text: 'Only stages .pre and .post have jobs: GitLab would not start this pipeline' }]
}
