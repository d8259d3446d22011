/** What becomes of a job's files after its script: reports and artifacts. */
import type { PlanArtifacts, PlanJob } from '@sluice/contracts/plan'
import { pathsOfReport, type ReportSource } from '@sluice/contracts/policy'
import type { BlobStore, Workspace } from '@sluice/execution'
import { filesBefore, takenAsReport, type FilesBefore } from './files-before.ts'
import { isDue } from './job-caches.ts'
import { isTimeout, type StepsResult } from './run-steps.ts'
import { selectFiles } from './select-files.ts'

/** One report file. `kind` is GitLab's name of it, or `sluice_report` for one that the policy wants. */
export interface JobReport {
  kind: string
  name: string
  path: string
  digest: string
  sizeBytes: number
}

interface JobFiles {
  job: Pick<PlanJob, 'artifacts' | 'cache'>
  blobs: BlobStore
  reportSources: readonly Pick<ReportSource, 'name' | 'path'>[]
  artifactsTo: string
}

/** Whether `artifacts:when` wants the files of a job that ended so. */
export function wantsArtifacts(artifacts: PlanArtifacts | null, result: StepsResult): boolean {
  if (artifacts === null || result.state === 'canceled' || isTimeout(result)) return false
  if (artifacts.paths.length === 0 && !artifacts.untracked) return false
  return isDue(artifacts.when, result.state === 'success')
}

/** What lies at the places of the reports before the job does anything. */
export async function reportFilesBefore(files: JobFiles, workspace: Workspace): Promise<FilesBefore> {
  const paths = wantedReports(files).flatMap((report) => (report.kind === 'dotenv' ? [] : report.paths))
  return filesBefore(paths, workspace)
}

/** The files of every report, declared or wanted by the policy, that the job made. */
export async function collectReports(
  files: JobFiles,
  workspace: Workspace,
  before: FilesBefore,
  say: (text: string) => Promise<void>,
): Promise<JobReport[]> {
  const reports: JobReport[] = []
  for (const { kind, name, paths } of wantedReports(files)) {
    const { entries } = await workspace.collect({ paths, exclude: [] }, files.blobs)
    const made = kind === 'dotenv' ? entries : await takenAsReport(entries, before, say)
    for (const { path, digest, sizeBytes } of made) reports.push({ kind, name, path, digest, sizeBytes })
  }
  return reports
}

interface WantedReport {
  kind: string
  name: string
  paths: readonly string[]
}

function wantedReports({ job, reportSources }: JobFiles): WantedReport[] {
  const declared = Object.entries(job.artifacts?.reports ?? {}).map(([kind, paths]) => ({ kind, name: kind, paths }))
  const wanted = reportSources.map((source) => ({
    kind: 'sluice_report',
    name: source.name,
    paths: pathsOfReport(source),
  }))
  return [...declared, ...wanted]
}

/** Takes the archive's files out of the workspace. @returns their folder; `null` where there are none */
export async function takeArtifacts(
  { job: { artifacts, cache }, artifactsTo }: JobFiles,
  workspace: Workspace,
  say: (text: string) => Promise<void>,
): Promise<string | null> {
  if (artifacts === null) return null
  const selection = await selectFiles(artifacts, workspace, say)
  // A cache that may hold the same files is saved after this, and must find them.
  const leave = cache.some((one) => one.untracked || artifacts.untracked || mayShare(one.paths, artifacts.paths))
  const outcome = await workspace.takeOut(selection, artifactsTo, { leave })
  if (outcome === 'empty') await say(`WARNING: no file matches the artifacts: ${artifacts.paths.join(', ')}\n`)
  return outcome === 'taken' ? artifactsTo : null
}

/** Whether the same file may be among both: sure not to be where no path begins as one of the others does. */
function mayShare(paths: readonly string[], others: readonly string[]): boolean {
  const first = (path: string): string => path.replace(/^(?:\.?\/)+/, '').split('/')[0] ?? ''
  const names = new Set(others.map(first))
  return [...names, ...paths].some((path) => /[*?[{]/.test(path)) || paths.some((path) => names.has(first(path)))
}
