import type { Plan } from '@sluice/contracts/plan'
import { canonicalJson } from '@sluice/kernel'
import type { EventOptions } from '../event/event-options.ts'
import { hideSecrets } from '../event/hide-secrets.ts'
import { exitStatus } from '../exit-status.ts'
import { isInTree } from '../plan/is-in-tree.ts'
import { renderExplain } from '../plan/render-explain.ts'
import { renderLeftOut } from '../plan/render-left-out.ts'
import { renderMistakes } from '../plan/render-mistakes.ts'
import { renderPlanTable } from '../plan/render-plan-table.ts'
import { hasColour } from '../terminal/has-colour.ts'
import { compileFolder, pipelineFolder } from './compile-folder.ts'

export type PlanOptions = EventOptions & { json?: boolean }

/** `sluice plan [FOLDER]`: the jobs of the pipeline, each with the reason why it is in or out. */
export async function plan(named: string | undefined, options: PlanOptions): Promise<number> {
  return withPlan(pipelineFolder(named), options, (compiled) => {
    const terminal = { colour: hasColour(process.stdout, process.env), width: process.stdout.columns ?? 120 }
    print(options.json === true ? canonicalJson(compiled) : renderPlanTable(compiled, terminal))
    return exitStatus.ok
  })
}

/** `sluice explain JOB [FOLDER]`. */
export async function explain(job: string, named: string | undefined, options: EventOptions): Promise<number> {
  return withPlan(pipelineFolder(named), options, (compiled) => {
    print(renderExplain(compiled, job, { colour: hasColour(process.stdout, process.env) }))
    return isInTree(compiled, job) ? exitStatus.ok : exitStatus.failed
  })
}

/** Compiles, and hands on the plan without its secrets. Mistakes and notes go to standard error. */
export async function withPlan(
  folder: string,
  options: EventOptions,
  work: (plan: Plan) => number | Promise<number>,
): Promise<number> {
  const result = await compileFolder(folder, options)
  const note = renderLeftOut(result.leftOut)
  if (note !== null) process.stderr.write(`${note}\n`)
  if (result.kind === 'plan') return work(hideSecrets(result.plan))
  process.stderr.write(`${renderMistakes(result.mistakes)}\n`)
  return exitStatus.failed
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
