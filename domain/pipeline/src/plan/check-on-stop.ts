import type { MistakeCode } from '../errors.ts'
import type { Mistakes } from '../mistakes.ts'
import type { JobDefinition } from '../read/job.ts'
import type { PipelineDefinition } from '../read/pipeline.ts'
import { quote } from '../yaml/located.ts'

/** Checks that each `environment:on_stop` names a job with `action: stop` of the same environment, whatever the rules say. */
export function checkOnStop({ jobs }: PipelineDefinition, mistakes: Mistakes): void {
  const byName = new Map(jobs.map((job) => [job.name, job]))
  for (const job of jobs) {
    const { onStop } = job.environment ?? {}
    const place = job.options.onStopPlace
    if (onStop === undefined || onStop === '' || place === undefined) continue
    const report = (code: MistakeCode, fault: string): void =>
      mistakes.add(code, place, `Cannot read environment:on_stop of job ${quote(job.name)}: ${fault}`)
    const target = byName.get(onStop)
    if (target === undefined)
      report(
        'PIPELINE_UNKNOWN_JOB',
        `job ${quote(onStop)} is not defined${mistakes.hint(onStop, () => [...byName.keys()])}`,
      )
    else checkTarget(job, target, (fault) => report('PIPELINE_WRONG_VALUE', fault))
  }
}

function checkTarget(job: JobDefinition, target: JobDefinition, report: (fault: string) => void): void {
  const name = quote(target.name)
  const { environment } = target
  if (environment === null) report(`job ${name} has no environment; wanted environment with action: stop there`)
  else if (environment.action !== 'stop')
    report(`job ${name} has action: ${environment.action}; wanted action: stop there`)
  else if (environment.name !== job.environment?.name)
    report(`job ${name} has environment ${quote(environment.name)}; wanted ${quote(job.environment?.name ?? '')} there`)
}
