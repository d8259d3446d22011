import { limits } from '../limits.ts'
import type { Mistakes } from '../mistakes.ts'
import { quote } from '../yaml/located.ts'
import type { JobDefinition, JobInstance } from './job.ts'
import { ParallelNames } from './parallel-names.ts'
import { instanceEnding, type Parallel } from './parallel.ts'
import type { Warnings } from './reading.ts'
import type { Rule } from './rules.ts'

/**
 * Puts the jobs that `parallel` makes in the place of the written one, and names them in `needs` and `dependencies`.
 * Names are GitLab's: `job 1/3`, `job: [a, b]`. What jobs of one group share stays shared, so that a thousand of them
 * cost little more than their names.
 */
export function expandParallel(
  jobs: readonly JobDefinition[],
  mistakes: Mistakes,
  warnings: Warnings,
): readonly JobDefinition[] {
  if (jobs.every(({ parallel }) => parallel === null)) return withCheckedNeeds(jobs, new ParallelNames(jobs, mistakes))
  const expanded = jobs.flatMap((job) => {
    if (job.parallel === null) return [job]
    return instancesOf(job, job.parallel, mistakes, warnings)
  })
  checkNames(expanded, mistakes)
  return withCheckedNeeds(expanded, new ParallelNames(expanded, mistakes))
}

function withCheckedNeeds(jobs: readonly JobDefinition[], names: ParallelNames): readonly JobDefinition[] {
  return jobs.map((job) => {
    const needs = job.needs === null ? null : names.needs(job, job.needs)
    const dependencies = job.dependencies === null ? null : names.dependencies(job.dependencies)
    names.count(needs, dependencies)
    const rules = job.rules === null ? null : rulesOf(job, job.rules, names)
    if (needs === job.needs && dependencies === job.dependencies && rules === job.rules) return job
    return { ...job, needs, dependencies, rules }
  })
}

function rulesOf(job: JobDefinition, rules: readonly Rule[], names: ParallelNames): readonly Rule[] {
  if (rules.every(({ needs }) => needs === null)) return rules
  return rules.map((rule) => (rule.needs === null ? rule : { ...rule, needs: names.needs(job, rule.needs) }))
}

function instancesOf(job: JobDefinition, parallel: Parallel, mistakes: Mistakes, warnings: Warnings): JobDefinition[] {
  const { total, combinations } = parallel
  const instances = new Map<string, JobDefinition>()
  for (let index = 1; index <= total; index++) {
    const variables = combinations?.[index - 1] ?? []
    const ending = combinations === null ? ` ${index}/${total}` : instanceEnding(variables)
    const name = `${job.name}${ending}`
    if (instances.has(name)) {
      const text = `parallel:matrix of job ${quote(job.name)} gives the name ${quote(name)} twice: only the last of these jobs is planned, as in GitLab`
      warnings.add(text, parallel.place)
    }
    instances.set(name, instanceOf(job, name, { of: job.name, index, total, variables }))
    checkLength(name, parallel, mistakes)
  }
  return [...instances.values()]
}

function instanceOf(job: JobDefinition, name: string, instance: JobInstance): JobDefinition {
  if (instance.variables.length === 0) return { ...job, name, instance }
  const own = job.variables.filter(({ key }) => !instance.variables.some((variable) => variable.key === key))
  return { ...job, name, instance, variables: [...own, ...instance.variables] }
}

function checkLength(name: string, parallel: Parallel, mistakes: Mistakes): void {
  if (name.length <= limits.nameLength) return
  const message = `Cannot plan job ${quote(name)}: its name with the values of the matrix has ${name.length} characters; wanted ${limits.nameLength} at most`
  mistakes.add('PIPELINE_WRONG_VALUE', parallel.place, message)
}

function checkNames(jobs: readonly JobDefinition[], mistakes: Mistakes): void {
  const taken = new Set<string>()
  for (const { name, place } of jobs) {
    if (taken.has(name)) {
      const message = `Cannot plan job ${quote(name)}: parallel of another job gives the same name; wanted a name of its own`
      mistakes.add('PIPELINE_WRONG_VALUE', place, message)
    }
    taken.add(name)
  }
}
