import type { Plan } from '@sluice/contracts/plan'
import { canonicalJson } from '@sluice/kernel'
import { exitStatus } from '../exit-status.ts'
import type { IncludeOptions } from '../includes/add-include-options.ts'
import { renderExplain } from '../plan/render-explain.ts'
import { renderMistakes } from '../plan/render-mistakes.ts'
import { renderPlanTable } from '../plan/render-plan-table.ts'
import { hasColour } from '../terminal/has-colour.ts'
import { compileFolder, pipelineFolder } from './compile-folder.ts'

export interface PlanOptions extends IncludeOptions {
  ref: string
  json?: boolean
}

const clock = { now: () => Date.now() }

/** `sluice plan [FOLDER]`: the jobs of the pipeline, each with the reason why it is in or out. */
export async function plan(named: string | undefined, options: PlanOptions): Promise<number> {
  return withPlan(pipelineFolder(named), options, (compiled) => {
    const terminal = { colour: hasColour(process.stdout, process.env), width: process.stdout.columns ?? 120 }
    print(options.json === true ? canonicalJson(compiled) : renderPlanTable(compiled, terminal))
    return exitStatus.ok
  })
}

/** `sluice explain JOB [FOLDER]`. */
export async function explain(job: string, named: string | undefined, options: PlanOptions): Promise<number> {
  return withPlan(pipelineFolder(named), options, (compiled) => {
    print(renderExplain(compiled, job, { colour: hasColour(process.stdout, process.env) }))
    const isKnown = [...compiled.jobs, ...compiled.excluded].some(({ name }) => name === job)
    return isKnown ? exitStatus.ok : exitStatus.failed
  })
}

/** `sluice lint [FOLDER]`: every mistake of the pipeline with its place. */
export async function lint(named: string | undefined, options: PlanOptions): Promise<number> {
  return withPlan(pipelineFolder(named), options, (compiled) => {
    print(`The pipeline is valid: ${compiled.jobs.length} jobs, ${compiled.excluded.length} out.`)
    return exitStatus.ok
  })
}

async function withPlan(folder: string, options: PlanOptions, work: (plan: Plan) => number): Promise<number> {
  const result = await compileFolder(folder, options.ref, clock, options)
  if (result.kind === 'plan') return work(result.plan)
  process.stderr.write(`${renderMistakes(result.mistakes)}\n`)
  return exitStatus.failed
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
