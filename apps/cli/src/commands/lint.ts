import { canonicalJson } from '@sluice/kernel'
import type { EventOptions } from '../event/event-options.ts'
import { exitStatus } from '../exit-status.ts'
import { renderLeftOut } from '../plan/render-left-out.ts'
import { renderMistakes } from '../plan/render-mistakes.ts'
import { renderWarnings } from '../plan/render-warnings.ts'
import { compileFolder, pipelineFolder } from './compile-folder.ts'

/** `sluice lint [FOLDER]`: every mistake of the pipeline with its place, then the warnings, then how many. */
export async function lint(named: string | undefined, options: EventOptions & { json?: boolean }): Promise<number> {
  const result = await compileFolder(pipelineFolder(named), options)
  const mistakes = result.kind === 'mistakes' ? result.mistakes : []
  const warnings = result.kind === 'plan' ? result.plan.warnings : []
  const note = renderLeftOut(result.leftOut)
  if (note !== null) process.stderr.write(`${note}\n`)
  if (options.json === true)
    process.stdout.write(`${canonicalJson({ isValid: mistakes.length === 0, mistakes, warnings })}\n`)
  else {
    const told = [renderMistakes(mistakes), renderWarnings(warnings, { colour: false })].filter((text) => text !== '')
    const jobs = result.kind === 'plan' ? `${result.plan.jobs.length} jobs, ${result.plan.excluded.length} out` : ''
    const end = mistakes.length === 0 ? `The pipeline is valid: ${jobs}.` : countOf(mistakes.length)
    process.stdout.write(`${[...told, end].join('\n')}\n`)
  }
  return mistakes.length === 0 ? exitStatus.ok : exitStatus.failed
}

const countOf = (count: number): string => `${count} ${count === 1 ? 'mistake' : 'mistakes'}.`
