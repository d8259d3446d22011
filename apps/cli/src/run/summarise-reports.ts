import type { Fact } from '@sluice/contracts/evidence'
import type { ReportFormat, ReportSource } from '@sluice/contracts/policy'
import { readReport } from '@sluice/evidence'
import type { BlobStore } from '@sluice/execution'
import type { JobReport } from '@sluice/executor-process'
import { SluiceError } from '@sluice/kernel'
import { bytesOf } from './read-reports.ts'

/** What one report of a job says. */
export interface ReportSummary {
  job: string
  /** Of the policy, or GitLab's of the kind. */
  name: string
  path: string
  /** `null` where it is not read. */
  fact: Fact | null
  /** Why it could not be read; `null` too for a kind that Sluice reads no format of. */
  problem: string | null
}

/** GitLab's kinds of reports whose format is read. */
const formats: Readonly<Record<string, ReportFormat>> = {
  junit: 'junit',
  coverage_report: 'cobertura',
  cyclonedx: 'cyclonedx',
}

/** Its variables reach the jobs that come after: that is all there is to say of it. */
const unsaid = new Set(['dotenv'])

/** Reads all reports of one attempt, those that the job declares and those that the policy wants, each file once. */
export async function summariseReports(
  blobs: BlobStore,
  job: string,
  reports: readonly JobReport[],
  sources: readonly ReportSource[],
): Promise<ReportSummary[]> {
  const summaries: ReportSummary[] = []
  const seen = new Set<string>()
  const ofPolicy = reports.filter(({ kind }) => kind === 'sluice_report')
  for (const report of [...ofPolicy, ...reports.filter((one) => !ofPolicy.includes(one))]) {
    if (unsaid.has(report.kind) || seen.has(report.path)) continue
    seen.add(report.path)
    const format = sources.find(({ name }) => name === report.name)?.format ?? formats[report.kind]
    summaries.push({ job, name: report.name, path: report.path, ...(await readOne(blobs, report, format)) })
  }
  return summaries
}

async function readOne(
  blobs: BlobStore,
  { digest, path }: JobReport,
  format: ReportFormat | undefined,
): Promise<Pick<ReportSummary, 'fact' | 'problem'>> {
  if (format === undefined) return { fact: null, problem: null }
  try {
    return { fact: readReport(format, await bytesOf(blobs, digest), { path }).fact, problem: null }
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return { fact: null, problem: error.message }
  }
}
