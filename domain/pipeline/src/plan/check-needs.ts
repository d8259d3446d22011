import type { Mistakes } from '../mistakes.ts'
import type { JobDefinition } from '../read/job.ts'
import type { NeedDefinition } from '../read/needs.ts'
import type { PipelineDefinition } from '../read/pipeline.ts'
import { quote } from '../yaml/located.ts'
import { findCycles } from './needs-cycle.ts'

/** Checks `needs` and `dependencies` of all jobs, whatever the rules say: names, stages, circles. */
export function checkNeeds(pipeline: PipelineDefinition, mistakes: Mistakes): void {
  const jobs = new Map(pipeline.jobs.map((job) => [job.name, job]))
  const stageOrder = new Map(pipeline.stages.map((stage, index) => [stage, index]))
  const checker: Checker = { jobs, names: [...jobs.keys()], stageOrder, mistakes }
  for (const job of pipeline.jobs) {
    for (const need of allNeeds(job)) checkNeed(job, need, checker)
    checkDependencies(job, checker)
  }
  reportCycles(jobs, new Map(pipeline.jobs.map((job) => [job.name, job.needs ?? []])), mistakes)
}

interface Checker {
  jobs: ReadonlyMap<string, JobDefinition>
  names: readonly string[]
  stageOrder: ReadonlyMap<string, number>
  mistakes: Mistakes
}

function allNeeds(job: JobDefinition): NeedDefinition[] {
  return [...(job.needs ?? []), ...(job.rules ?? []).flatMap((rule) => rule.needs ?? [])]
}

function checkNeed(job: JobDefinition, need: NeedDefinition, checker: Checker): void {
  const target = checker.jobs.get(need.job)
  if (target === undefined) {
    if (!need.optional) reportUnknown(job, 'needs', need, checker)
  } else if (order(target, checker) > order(job, checker)) {
    const message = `Cannot read needs of job ${quote(job.name)}: job ${quote(need.job)} is in the later stage ${quote(target.stage.name)}; wanted a job of stage ${quote(job.stage.name)} or earlier`
    checker.mistakes.add('PIPELINE_LATER_STAGE', need.place, message)
  }
}

function order(job: JobDefinition, checker: Checker): number {
  return checker.stageOrder.get(job.stage.name) ?? 0
}

function reportUnknown(
  job: JobDefinition,
  keyword: string,
  target: Pick<NeedDefinition, 'job' | 'place'>,
  checker: Checker,
): void {
  const message = `Cannot read ${keyword} of job ${quote(job.name)}: job ${quote(target.job)} is not defined${checker.mistakes.hint(target.job, () => checker.names)}`
  checker.mistakes.add('PIPELINE_UNKNOWN_JOB', target.place, message)
}

function checkDependencies(job: JobDefinition, checker: Checker): void {
  const replaced = (job.rules ?? []).some((rule) => rule.needs !== null)
  for (const dependency of job.dependencies ?? []) {
    const target = checker.jobs.get(dependency.job)
    if (target === undefined) reportUnknown(job, 'dependencies', dependency, checker)
    else if (job.needs !== null) {
      if (!replaced && job.needs.length > 0 && !job.needs.some((need) => need.job === dependency.job)) {
        const message = `Cannot read dependencies of job ${quote(job.name)}: job ${quote(dependency.job)} is not in its needs; wanted it in both`
        checker.mistakes.add('PIPELINE_DEPENDENCY_WITHOUT_NEED', dependency.place, message)
      }
    } else if (!replaced && order(target, checker) >= order(job, checker)) {
      const message = `Cannot read dependencies of job ${quote(job.name)}: job ${quote(dependency.job)} is in stage ${quote(target.stage.name)}; wanted a job of a stage before ${quote(job.stage.name)}`
      checker.mistakes.add('PIPELINE_LATER_STAGE', dependency.place, message)
    }
  }
}

/** Names every circle of needs in full, at the need that closes it. */
export function reportCycles(
  jobs: ReadonlyMap<string, JobDefinition>,
  needs: ReadonlyMap<string, readonly Pick<NeedDefinition, 'job' | 'place'>[]>,
  mistakes: Mistakes,
): void {
  const graph = new Map([...needs].map(([name, list]) => [name, list.map((need) => need.job)]))
  for (const cycle of findCycles(graph)) {
    const [first = '', second = ''] = cycle
    const place = needs.get(first)?.find((need) => need.job === second)?.place ?? jobs.get(first)?.place
    const message = `Cannot read needs of job ${quote(first)}: it needs itself: ${cycle.join(' → ')}`
    if (place !== undefined) mistakes.add('PIPELINE_NEEDS_CYCLE', place, message)
  }
}
