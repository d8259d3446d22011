import type { Plan } from '@sluice/contracts/plan'
import { canonicalJson } from '@sluice/kernel'
import type { EventOptions } from '../event/event-options.ts'
import { exitStatus } from '../exit-status.ts'
import { childOf } from '../plan/child-of.ts'
import { printable } from '../plan/printable.ts'
import { renderLeftOut } from '../plan/render-left-out.ts'
import { renderMistakes } from '../plan/render-mistakes.ts'
import { renderWarnings } from '../plan/render-warnings.ts'
import { treeWarnings } from '../plan/tree-warnings.ts'
import { compileFolder, pipelineFolder } from './compile-folder.ts'

/** `sluice lint [FOLDER]`: every mistake of the pipeline with its place, then the warnings, then how many. */
export async function lint(named: string | undefined, options: EventOptions & { json?: boolean }): Promise<number> {
  const result = await compileFolder(pipelineFolder(named), options)
  const mistakes = result.kind === 'mistakes' ? result.mistakes : []
  const warnings = result.kind === 'plan' ? treeWarnings(result.plan) : []
  const note = renderLeftOut(result.leftOut)
  if (note !== null) process.stderr.write(`${note}\n`)
  if (options.json === true)
    process.stdout.write(`${canonicalJson({ isValid: mistakes.length === 0, mistakes, warnings })}\n`)
  else {
    const told = [renderMistakes(mistakes), renderWarnings(warnings, { colour: false })].filter((text) => text !== '')
    const end = result.kind === 'plan' ? countsOf(result.plan) : [countOf(mistakes.length)]
    process.stdout.write(`${[...told, ...end].join('\n')}\n`)
  }
  return mistakes.length === 0 ? exitStatus.ok : exitStatus.failed
}

/** How many jobs a valid pipeline has, and each of its children that is known; for one that is not, why. */
function countsOf(plan: Plan): string[] {
  return [`The pipeline is valid: ${jobsIn(plan)}.`, ...childCountsOf(plan, '')]
}

const jobsIn = ({ jobs, excluded }: Plan): string => `${jobs.length} jobs, ${excluded.length} out`

function childCountsOf(plan: Plan, prefix: string): string[] {
  return plan.jobs.flatMap((job) => {
    const child = childOf(job)
    if (child === null) return []
    const name = printable(prefix + job.name)
    if (child.plan === null) return [`${name}: ${printable(child.sentence)}`]
    return [`${name}: its child has ${jobsIn(child.plan)}`, ...childCountsOf(child.plan, `${prefix}${job.name}/`)]
  })
}

const countOf = (count: number): string => `${count} ${count === 1 ? 'mistake' : 'mistakes'}.`
