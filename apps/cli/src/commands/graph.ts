import type { EventOptions } from '../event/event-options.ts'
import { exitStatus } from '../exit-status.ts'
import { renderGraphSvg } from '../graph/render-graph-svg.ts'
import { renderGraphText } from '../graph/render-graph-text.ts'
import { hasColour } from '../terminal/has-colour.ts'
import { pipelineFolder } from './compile-folder.ts'
import { withPlan } from './plan.ts'

/** `sluice graph [FOLDER]`: which job waits for which, as text or as a picture. */
export async function graph(named: string | undefined, options: EventOptions & { svg?: boolean }): Promise<number> {
  return withPlan(pipelineFolder(named), options, (plan) => {
    const terminal = { colour: hasColour(process.stdout, process.env), width: process.stdout.columns ?? 80 }
    process.stdout.write(options.svg === true ? renderGraphSvg(plan) : `${renderGraphText(plan, terminal)}\n`)
    return exitStatus.ok
  })
}
