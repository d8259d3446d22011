import type { Plan, PlanJob } from '@sluice/contracts/plan'

/** Jobs that stand beside each other: of one stage, none of them needs another of them. */
export interface GraphColumn {
  stage: string
  /** Whether it is the first column of its stage. */
  isFirst: boolean
  jobs: PlanJob[]
}

/**
 * The jobs of a plan in columns from left to right, so that every job stands right of all that it waits for. Within a
 * column jobs stand near those that they need, else in the order of the plan.
 */
export function graphColumns({ stages, jobs }: Pick<Plan, 'stages' | 'jobs'>): GraphColumn[] {
  const columns: GraphColumn[] = []
  const rows = new Map<string, number>()
  for (const stage of stages) {
    const ofStage = jobs.filter((job) => job.stage === stage)
    for (const [index, level] of levelsOf(ofStage).entries()) {
      const sorted = sortedByNeeds(level, rows)
      sorted.forEach((job, row) => rows.set(job.name, row))
      columns.push({ stage, isFirst: index === 0, jobs: sorted })
    }
  }
  return columns
}

/** Jobs of one stage by how many others of the stage must have ended before them. */
function levelsOf(jobs: readonly PlanJob[]): PlanJob[][] {
  const byName = new Map(jobs.map((job) => [job.name, job]))
  const levels = new Map<string, number>()
  const levelOf = (job: PlanJob): number => {
    const known = levels.get(job.name)
    if (known !== undefined) return known
    const before = (job.needs ?? []).flatMap((need) => byName.get(need.job) ?? [])
    const level = Math.max(-1, ...before.map(levelOf)) + 1
    levels.set(job.name, level)
    return level
  }
  const columns: PlanJob[][] = []
  for (const job of jobs) (columns[levelOf(job)] ??= []).push(job)
  return columns
}

function sortedByNeeds(jobs: readonly PlanJob[], rows: ReadonlyMap<string, number>): PlanJob[] {
  const weights = new Map(jobs.map((job, index) => [job.name, meanRow(job, rows) ?? index]))
  return jobs.toSorted((a, b) => (weights.get(a.name) ?? 0) - (weights.get(b.name) ?? 0))
}

function meanRow(job: PlanJob, rows: ReadonlyMap<string, number>): number | null {
  const known = (job.needs ?? []).flatMap((need) => rows.get(need.job) ?? [])
  return known.length === 0 ? null : known.reduce((sum, row) => sum + row, 0) / known.length
}
