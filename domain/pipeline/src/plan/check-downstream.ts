import type { Mistakes } from '../mistakes.ts'
import type { JobDefinition } from '../read/job.ts'
import type { PipelineDefinition } from '../read/pipeline.ts'
import { quote } from '../yaml/located.ts'

/** Checks that a child that is made of a job's file begins after that job: in a later stage, or by `needs`. */
export function checkDownstream({ jobs, stages }: PipelineDefinition, mistakes: Mistakes): void {
  const byName = new Map<string, JobDefinition>()
  for (const job of jobs) {
    byName.set(job.name, job)
    if (job.instance !== null && !byName.has(job.instance.of)) byName.set(job.instance.of, job)
  }
  const order = (job: JobDefinition): number => stages.indexOf(job.stage.name)
  for (const job of jobs) {
    if (job.trigger?.target.kind !== 'child') continue
    for (const { job: name, place } of job.trigger.target.artifacts) {
      // Only the job that begins it knows what a variable stands for.
      if (name.includes('$')) continue
      const maker = byName.get(name)
      const isNeeded = job.needs?.some((need) => byName.get(need.job) === maker) === true
      if (maker === undefined) {
        const message = `Cannot read trigger:include:job of job ${quote(job.name)}: job ${quote(name)} is not defined${mistakes.hint(name, () => [...byName.keys()])}`
        mistakes.add('PIPELINE_UNKNOWN_JOB', place, message)
      } else if (order(maker) > order(job) || (order(maker) === order(job) && !isNeeded)) {
        const message = `Cannot read trigger:include:job of job ${quote(job.name)}: job ${quote(name)} is in stage ${quote(maker.stage.name)}; wanted a job of an earlier stage than ${quote(job.stage.name)}, or one that it needs`
        mistakes.add('PIPELINE_LATER_STAGE', place, message)
      }
    }
  }
}
