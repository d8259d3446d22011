import type { PlanVariable } from '@sluice/contracts/plan'
import { CompileLimit } from '../compile-limit.ts'
import { limits } from '../limits.ts'
import type { Mistakes } from '../mistakes.ts'
import { quote } from '../yaml/located.ts'
import type { JobDefinition } from './job.ts'
import type { DependencyDefinition, NeedDefinition } from './needs.ts'

/** Turns written names in `needs` and `dependencies` into the names of the jobs that `parallel` made of them. */
export class ParallelNames {
  readonly #mistakes: Mistakes
  #edgesLeft: number = limits.edges
  /** Written name → names of its jobs. */
  readonly #groups = new Map<string, string[]>()
  readonly #names = new Set<string>()
  /** Lists that stand in many jobs, as they came out. */
  readonly #needs = new Map<readonly NeedDefinition[], readonly NeedDefinition[]>()
  readonly #dependencies = new Map<readonly DependencyDefinition[], readonly DependencyDefinition[]>()

  constructor(jobs: readonly JobDefinition[], mistakes: Mistakes) {
    this.#mistakes = mistakes
    for (const { name, instance } of jobs) {
      this.#names.add(name)
      if (instance === null) continue
      const group = this.#groups.get(instance.of)
      if (group === undefined) this.#groups.set(instance.of, [name])
      else group.push(name)
    }
  }

  /** A need on a parallel job stands for all its jobs, or for those that `needs:parallel:matrix` picks. */
  needs(job: JobDefinition, needs: readonly NeedDefinition[]): readonly NeedDefinition[] {
    if (needs.some(hasExpression)) return this.#checked(job, this.#expand(job, this.#filledIn(job, needs)))
    const known = this.#needs.get(needs)
    if (known !== undefined) return known
    const expanded = this.#checked(job, this.#expand(job, needs))
    this.#needs.set(needs, expanded)
    return expanded
  }

  dependencies(dependencies: readonly DependencyDefinition[]): readonly DependencyDefinition[] {
    if (!dependencies.some(({ job }) => this.#groups.has(job))) return dependencies
    const known = this.#dependencies.get(dependencies)
    if (known !== undefined) return known
    const expanded: DependencyDefinition[] = []
    for (const dependency of dependencies) {
      const group = this.#groups.get(dependency.job)
      this.#spend(group?.length ?? 1)
      if (group === undefined) expanded.push(dependency)
      else for (const job of group) expanded.push({ ...dependency, job })
    }
    this.#dependencies.set(dependencies, expanded)
    return expanded
  }

  /** Counts what a job needs and depends on. @throws CompileLimit where all jobs together have too much of it */
  count(needs: readonly unknown[] | null, dependencies: readonly unknown[] | null): void {
    this.#spend((needs?.length ?? 0) + (dependencies?.length ?? 0))
  }

  #spend(edges: number): void {
    this.#edgesLeft -= edges
    if (this.#edgesLeft >= 0) return
    const message = `Cannot plan the pipeline: its jobs have more than ${limits.edges} needs and dependencies together`
    throw new CompileLimit('PIPELINE_TOO_BIG', message)
  }

  #expand(job: JobDefinition, needs: readonly NeedDefinition[]): readonly NeedDefinition[] {
    if (!needs.some(({ job, instances }) => instances !== undefined || this.#groups.has(job))) return needs
    const expanded: NeedDefinition[] = []
    for (const { instances, ...need } of needs) {
      const group = this.#groups.get(need.job)
      if (group === undefined && instances !== undefined) this.#checkParallel(job, need)
      const names = group === undefined ? [need.job] : (instances?.map((ending) => `${need.job}${ending}`) ?? group)
      for (const name of names) expanded.push({ ...need, job: name })
      // More than that is a mistake, whatever follows.
      if (expanded.length > limits.needs) break
    }
    return expanded
  }

  #checkParallel(job: JobDefinition, need: NeedDefinition): void {
    if (!this.#names.has(need.job)) return
    const message = `Cannot read needs of job ${quote(job.name)}: job ${quote(need.job)} is not parallel; wanted needs:parallel on a job with parallel:matrix`
    this.#mistakes.add('PIPELINE_WRONG_VALUE', need.place, message)
  }

  #checked(job: JobDefinition, needs: readonly NeedDefinition[]): readonly NeedDefinition[] {
    const named = new Set<string>()
    for (const need of needs) {
      if (named.has(need.job)) {
        const message = `Cannot read needs of job ${quote(job.name)}: it names job ${quote(need.job)} twice; wanted each job once`
        this.#mistakes.add('PIPELINE_WRONG_VALUE', need.place, message)
      }
      named.add(need.job)
    }
    const beyond = needs[limits.needs]
    if (beyond !== undefined) {
      const message = `Cannot read needs of job ${quote(job.name)}: it needs more than ${limits.needs} jobs, those of parallel jobs counted; wanted ${limits.needs} at most`
      this.#mistakes.add('PIPELINE_WRONG_VALUE', beyond.place, message)
    }
    return needs
  }

  #filledIn(job: JobDefinition, needs: readonly NeedDefinition[]): NeedDefinition[] {
    return needs.flatMap((need) => {
      const before = this.#mistakes.count
      const text = (written: string): string => this.#fill(job, written, need)
      const filled = { ...need, job: text(need.job) }
      const whole = need.instances === undefined ? filled : { ...filled, instances: need.instances.map(text) }
      return this.#mistakes.count > before ? [] : [whole]
    })
  }

  #fill(job: JobDefinition, text: string, need: NeedDefinition): string {
    return text.replaceAll(expression, (whole: string, name: string) => {
      const value = valueOf(job.instance?.variables ?? [], name)
      if (value !== null) return value
      const message = `Cannot read needs of job ${quote(job.name)}: ${quote(whole)} names no variable of its parallel:matrix${this.#hint(job, name)}`
      this.#mistakes.add('PIPELINE_WRONG_VALUE', need.place, message)
      return whole
    })
  }

  #hint(job: JobDefinition, name: string): string {
    const names = job.instance?.variables.map(({ key }) => key) ?? []
    return names.length === 0 ? '; it has none' : this.#mistakes.hint(name, () => names)
  }
}

/** GitLab's matrix expression. */
const expression = /\$\[\[\s*matrix\.([A-Za-z0-9_-]+)\s*\]\]/g

function hasExpression({ job, instances }: NeedDefinition): boolean {
  return job.includes('$[[') || instances?.some((ending) => ending.includes('$[[')) === true
}

function valueOf(variables: readonly PlanVariable[], name: string): string | null {
  return variables.find(({ key }) => key === name)?.value ?? null
}
