import type { PlanCache, PlanJob } from '@sluice/contracts/plan'
import { canonicalJson, digestOf } from '@sluice/kernel'
import { strongComponents } from './strong-components.ts'

/**
 * Makes each job's `definitionDigest` cover every job of the plan whose files can reach it, by artifacts or by a cache
 * that may have the same key, and those that reach these: a tool that another job put into a cache or an artifact decides what the
 * same script does. A job that nobody hands files to keeps what its own words say. Linear in jobs and needs.
 * @param stages of the pipeline, in order
 */
export function closeDefinitions(jobs: readonly PlanJob[], stages: readonly string[]): PlanJob[] {
  const graph = new FileGraph(jobs, stages)
  const closed = graph.closedDigests()
  return jobs.map((job, index) => ({ ...job, definitionDigest: closed[index] ?? job.definitionDigest }))
}

/**
 * Who hands files to whom. Its nodes are the jobs, in order, then what stands for many of them: everything that the
 * stages before one hand on, and everyone who saves a cache of one key. These keep the edges few.
 */
class FileGraph {
  readonly #jobs: readonly PlanJob[]
  readonly #edges: number[][]
  readonly #caches = new Map<string, number>()
  /** All who save a cache. */
  readonly #savers: number
  /** Those among them whose key is known only when the job starts. */
  readonly #openSavers: number
  readonly #before: (number | null)[]

  constructor(jobs: readonly PlanJob[], stages: readonly string[]) {
    this.#jobs = jobs
    this.#edges = jobs.map(() => [])
    this.#before = this.#linkStages(stages)
    this.#savers = this.#add([])
    this.#openSavers = this.#add([])
    for (const [index, job] of jobs.entries()) for (const cache of job.cache) this.#linkWriter(index, cache)
    const byName = new Map(jobs.map(({ name }, index) => [name, index]))
    const order = new Map(stages.map((stage, index) => [stage, index]))
    for (const [index, job] of jobs.entries()) this.#linkReader(index, job, byName, order.get(job.stage) ?? 0)
  }

  /** The digest of each job with all that feeds it. */
  closedDigests(): string[] {
    const components = strongComponents(this.#edges)
    const componentOf = new Int32Array(this.#edges.length)
    for (const [index, members] of components.entries()) for (const member of members) componentOf[member] = index
    const digests: string[] = []
    for (const [index, members] of components.entries()) {
      const feeding = new Set(members.flatMap((member) => this.#edges[member] ?? []).map((node) => componentOf[node]))
      feeding.delete(index)
      const fed = [...feeding].map((component) => digests[component ?? 0] ?? '').toSorted()
      const own = members.flatMap((member) => this.#jobs[member]?.definitionDigest ?? []).toSorted()
      digests.push(digestOf({ own, fed }))
    }
    return this.#jobs.map(({ definitionDigest }, index) => {
      const isFed = (this.#edges[index] ?? []).length > 0
      return isFed ? digestOf({ own: definitionDigest, all: digests[componentOf[index] ?? 0] ?? '' }) : definitionDigest
    })
  }

  /** By stage: the node of all that the stages before it hand on; `null` where they hand on nothing. */
  #linkStages(stages: readonly string[]): (number | null)[] {
    const makers = new Map<string, number[]>()
    for (const stage of stages) makers.set(stage, [])
    for (const [index, job] of this.#jobs.entries()) if (job.artifacts !== null) makers.get(job.stage)?.push(index)
    let earlier: number | null = null
    return stages.map((_, index) => {
      const handed = makers.get(stages[index - 1] ?? '') ?? []
      if (handed.length > 0) earlier = this.#add(earlier === null ? handed : [earlier, ...handed])
      return earlier
    })
  }

  #linkWriter(index: number, cache: PlanCache): void {
    if (cache.policy === 'pull') return
    const places = isOpen(keyOf(cache)) ? [this.#openSavers] : [this.#keyNode(cache)]
    for (const node of [this.#savers, ...places]) this.#edges[node]?.push(index)
  }

  /** Whose caches a job gets that asks for this key. */
  #saversOf(cache: CacheKey): number[] {
    if (isOpen(keyOf(cache))) return [this.#savers]
    const anySaves = (this.#edges[this.#openSavers]?.length ?? 0) > 0
    return [...(anySaves ? [this.#openSavers] : []), this.#keyNode(cache)]
  }

  #linkReader(index: number, job: PlanJob, byName: ReadonlyMap<string, number>, stage: number): void {
    const edges = this.#edges[index]
    for (const cache of job.cache) {
      if (cache.policy === 'push') continue
      for (const key of [cache, ...fallbackKeys(job, cache)]) edges?.push(...this.#saversOf(key))
    }
    const before = job.needs === null && job.dependencies === null ? this.#before[stage] : null
    if (before != null) edges?.push(before)
    const names = job.needs?.filter(({ artifacts }) => artifacts).map((need) => need.job) ?? job.dependencies ?? []
    for (const name of names) {
      const from = byName.get(name)
      if (from !== undefined && this.#jobs[from]?.artifacts !== null) edges?.push(from)
    }
  }

  /** Which of the key files are there, and under how many spellings, only the runner sees: all of one prefix are one. */
  #keyNode(cache: CacheKey): number {
    const id = canonicalJson({ key: keyOf(cache), ofFiles: cache.keyFiles.length > 0 })
    const known = this.#caches.get(id)
    if (known !== undefined) return known
    const node = this.#add([])
    this.#caches.set(id, node)
    return node
  }

  #add(edges: number[]): number {
    return this.#edges.push(edges) - 1
  }
}

type CacheKey = Pick<PlanCache, 'key' | 'keyFiles' | 'keyPrefix'>

/** The words of a key; with key files its beginning. */
const keyOf = ({ key, keyFiles, keyPrefix }: CacheKey): string => (keyFiles.length > 0 ? keyPrefix : key)

/** What the plan left a variable in gets its value from the reports of earlier jobs, and may be any key then. */
const isOpen = (key: string): boolean => key.includes('$')

/** Other keys that a job may get a cache from: its `fallback_keys` and GitLab's variable for all caches. */
function fallbackKeys({ variables }: PlanJob, { fallbackKeys: named = [] }: PlanCache): CacheKey[] {
  const ofAll = variables.findLast(({ key }) => key === 'CACHE_FALLBACK_KEY')?.value
  const keys = ofAll === undefined ? named : [...named, ofAll]
  return keys.map((key) => ({ key, keyFiles: [], keyPrefix: '' }))
}
