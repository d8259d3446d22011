import type { DoraView, FigureView, ProjectSummary, ProjectView, ReleaseView, RunSummary } from '@sluice/contracts/api'
import type { LogEntry } from '@sluice/contracts/events'
import { computeDora, type Figure } from '@sluice/dora'
import type { Target } from '@sluice/rollout'
import {
  findPolicyInForce,
  findReleases,
  listDeployments,
  listEnvironments,
  listReleases,
  listRuns,
  runNumbers,
  unisolatedRuns,
  type Database,
  type ProjectRow,
  type ReleaseHead,
  type RunHead,
} from '@sluice/store-postgres'
import { environmentViews } from './environment-views.ts'
import { runSummary } from './run-summary.ts'

export interface ProjectReaders {
  db: Database
  target: Target
  /** The project's DORA figures as its log tells them now. */
  doraOf: (project: string) => Promise<DoraView>
}

export async function projectSummary({ db, target }: ProjectReaders, project: ProjectRow): Promise<ProjectSummary> {
  const [last] = await summariesOf(db, await listRuns(db, project.slug, 1))
  return { ...headOf(project), environments: await environmentsOf(db, target, project), lastRun: last ?? null }
}

export async function projectView(readers: ProjectReaders, project: ProjectRow): Promise<ProjectView> {
  const { db, target } = readers
  const runs = await listRuns(db, project.slug)
  const releases = await listReleases(db, project.slug)
  const summaries = await summariesOf(db, runs)
  return {
    ...headOf(project),
    environments: await environmentsOf(db, target, project),
    lastRun: summaries[0] ?? null,
    runs: summaries,
    dora: await readers.doraOf(project.slug),
    releases: releases.map((release) =>
      releaseView(
        release,
        runs.find(({ id }) => id === release.run_id),
      ),
    ),
  }
}

const headOf = ({ slug, name, default_branch: defaultBranch }: ProjectRow) => ({ slug, name, defaultBranch })

async function environmentsOf(db: Database, target: Target, { slug, default_branch: branch }: ProjectRow) {
  const [environments, open, instances, policy] = await Promise.all([
    listEnvironments(db, slug),
    listDeployments(db, { project: slug, open: true }),
    target.list(),
    findPolicyInForce(db, slug, branch),
  ])
  const serving = environments.flatMap(({ release_id }) => release_id ?? [])
  const releases = await findReleases(db, serving)
  return environmentViews(environments, releases, open, new Set(instances.map(({ instanceId }) => instanceId)), policy)
}

export async function summariesOf(db: Database, runs: RunHead[]): Promise<RunSummary[]> {
  const unisolated = await unisolatedRuns(
    db,
    runs.map(({ id }) => id),
  )
  const numbers = await runNumbers(
    db,
    runs.flatMap(({ parent_run_id: id }) => id ?? []),
  )
  return runs.map((run) => runSummary(run, unisolated.has(run.id), numbers))
}

/** A release as pages show it; `run` is where it came from. */
export function releaseView(release: ReleaseHead, run: RunHead | undefined): ReleaseView {
  return {
    id: release.id,
    version: release.version,
    digest: release.digest,
    commit: release.commit,
    title: run?.title ?? '',
    runId: release.run_id,
    runNumber: run?.number ?? 0,
    createdAt: release.created_at.toISOString(),
    files: release.file_count,
    sizeBytes: Number(release.size_bytes),
  }
}

/** The figures as pages show them. */
export function doraView(entries: LogEntry[], nowMs: number): DoraView {
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
