import type { DoraView, FigureView, ProjectSummary, ProjectView, ReleaseView, RunSummary } from '@sluice/contracts/api'
import { computeDora, type Figure } from '@sluice/dora'
import type { Clock } from '@sluice/kernel'
import type { Target } from '@sluice/rollout'
import {
  listDeployments,
  listEnvironments,
  listReleases,
  listRuns,
  readLog,
  unisolatedRuns,
  type Database,
  type ProjectRow,
  type ReleaseRow,
  type RunRow,
} from '@sluice/store-postgres'
import { environmentViews } from './environment-views.ts'
import { runSummary } from './run-summary.ts'

export interface ProjectReaders {
  db: Database
  target: Target
  clock: Clock
}

export async function projectSummary({ db, target }: ProjectReaders, project: ProjectRow): Promise<ProjectSummary> {
  const [last] = await summariesOf(db, await listRuns(db, project.slug, 1))
  return { ...headOf(project), environments: await environmentsOf(db, target, project.slug), lastRun: last ?? null }
}

export async function projectView(readers: ProjectReaders, project: ProjectRow): Promise<ProjectView> {
  const { db, target, clock } = readers
  const runs = await listRuns(db, project.slug)
  const releases = await listReleases(db, project.slug)
  const summaries = await summariesOf(db, runs)
  return {
    ...headOf(project),
    environments: await environmentsOf(db, target, project.slug),
    lastRun: summaries[0] ?? null,
    runs: summaries,
    dora: doraView(await readLog(db, { project: project.slug }), clock.now()),
    releases: releases.map((release) =>
      releaseView(
        release,
        runs.find(({ id }) => id === release.run_id),
      ),
    ),
  }
}

const headOf = ({ slug, name, default_branch: defaultBranch }: ProjectRow) => ({ slug, name, defaultBranch })

async function environmentsOf(db: Database, target: Target, project: string) {
  const [environments, releases, open, instances] = await Promise.all([
    listEnvironments(db, project),
    listReleases(db, project, 1000),
    listDeployments(db, { project, open: true }),
    target.list(),
  ])
  return environmentViews(environments, releases, open, new Set(instances.map(({ instanceId }) => instanceId)))
}

export async function summariesOf(db: Database, runs: RunRow[]): Promise<RunSummary[]> {
  const unisolated = await unisolatedRuns(
    db,
    runs.map(({ id }) => id),
  )
  return runs.map((run) => runSummary(run, unisolated.has(run.id)))
}

/** A release as pages show it; `run` is where it came from. */
export function releaseView(release: ReleaseRow, run: RunRow | undefined): ReleaseView {
  return {
    id: release.id,
    version: release.version,
    digest: release.digest,
    commit: release.commit,
    title: run?.title ?? '',
    runId: release.run_id,
    runNumber: run?.number ?? 0,
    createdAt: release.created_at.toISOString(),
    files: release.files.length,
    sizeBytes: Number(release.size_bytes),
  }
}

function doraView(entries: Awaited<ReturnType<typeof readLog>>, nowMs: number): DoraView {
  const figures = computeDora(entries, { now: nowMs })
  return {
    windowMs: figures.windowMs,
    leadTime: figureView(figures.leadTime),
    deploymentFrequency: figureView(figures.deploymentFrequency),
    failedDeploymentRecoveryTime: figureView(figures.failedDeploymentRecoveryTime),
    changeFailRate: figureView(figures.changeFailRate),
    deploymentReworkRate: figureView(figures.deploymentReworkRate),
  }
}

const figureView = ({ value, unit, n, reason, percentiles, entries }: Figure): FigureView => ({
  value,
  unit,
  n,
  reason,
  percentiles,
  entries,
})
