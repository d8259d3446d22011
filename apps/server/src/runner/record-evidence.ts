import type { EvidenceRecord } from '@sluice/contracts/evidence'
import { pathsOfReport, type ReportFormat, type ReportSource } from '@sluice/contracts/policy'
import { readEvidence, summaryOf, type HandedInReport, type Signer } from '@sluice/evidence'
import { unmatchedPaths, type BlobStore } from '@sluice/execution'
import type { GitRepository, TreeFile } from '@sluice/git'
import { SluiceError, type Clock, type Ids } from '@sluice/kernel'
import {
  appendEntry,
  insertEvidence,
  insertRefusedReport,
  listArtifacts,
  type ArtifactRow,
  type AttemptRow,
  type Database,
  type RunRow,
  type Unit,
} from '@sluice/store-postgres'
import { subjectOf } from '../runs/decide-gate.ts'
import { reportsToTake, type Policies } from '../runs/proposed-policy.ts'
import { findCheckedIn } from './find-checked-in.ts'

type Reading =
  | { kind: 'record'; record: EvidenceRecord }
  | { kind: 'refused'; name: string; path: string; code: string; message: string }

/** The readings of one attempt, not yet kept. */
export interface AttemptReadings {
  attempt: AttemptRow
  readings: Reading[]
}

export interface RecordEvidence {
  read(run: RunRow, attempt: AttemptRow): Promise<AttemptReadings>
  keep(unit: Unit, run: RunRow, readings: AttemptReadings): Promise<void>
}

/** GitLab's kinds of reports that have a reader; others are kept as files. */
const gitlabFormats: Record<string, ReportFormat> = {
  junit: 'junit',
  coverage_report: 'cobertura',
  cyclonedx: 'cyclonedx',
}

/** Turns what a job handed in into evidence about the run's commit: read, attributed, signed. */
export function recordEvidenceWith(parts: {
  db: Database
  blobs: BlobStore
  repositoryOf: (project: string) => Promise<Pick<GitRepository, 'listTree' | 'readBlob'>>
  signer: Signer
  clock: Clock
  ids: Ids
}): RecordEvidence {
  const { db, blobs, repositoryOf, signer, clock, ids } = parts

  async function open(digest: string): Promise<AsyncIterable<Uint8Array>> {
    const content = await blobs.get(digest)
    if (content !== null) return content
    throw new SluiceError('REPORT_LOST', `Cannot read report ${digest}: the blob store has no such blob`)
  }

  async function readOne(run: RunRow, attempt: AttemptRow, report: HandedInReport): Promise<Reading> {
    const at = new Date(clock.now()).toISOString()
    const attribution = { id: ids.next(), subject: subjectOf(run), producer: producerOf(run, attempt), at }
    try {
      return { kind: 'record', record: await readEvidence(report, attribution, { open, signer }) }
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error
      const path = error.place?.path ?? report.files[0]?.path ?? report.name
      return { kind: 'refused', name: report.name, path, code: error.code, message: error.message }
    }
  }

  /** The policy's reports of a job at whose places the commit holds something, whether the job handed them in or not. */
  async function refuseCheckedIn(run: RunRow, job: string): Promise<Reading[]> {
    const sources = reportsToTake(run).filter((source) => source.job === job)
    if (sources.length === 0) return []
    const repository = await repositoryOf(run.project)
    const files = await repository.listTree(run.commit)
    const targetOf = async (link: TreeFile): Promise<string> => (await repository.readBlob(link)).toString('utf8')
    const readings: Reading[] = []
    for (const source of sources) {
      const path = await findCheckedIn(pathsOfReport(source), files, targetOf)
      if (path === null) continue
      const message = `Cannot take report "${source.name}": "${path}" is checked in; wanted nothing at its place but what job "${job}" writes`
      readings.push({ kind: 'refused', name: source.name, path, code: 'REPORT_CHECKED_IN', message })
    }
    return readings
  }

  return {
    async read(run, attempt) {
      const artifacts = await listArtifacts(db, [attempt.id])
      const readings = await refuseCheckedIn(run, attempt.job)
      const refused = new Set(readings.map((reading) => (reading.kind === 'refused' ? reading.name : '')))
      for (const report of reportsOf(run, attempt.job, artifacts))
        if (!refused.has(report.name)) readings.push(await readOne(run, attempt, report))
      return { attempt, readings }
    },
    async keep(unit, run, { attempt, readings }) {
      const context = () => ({
        id: ids.next(),
        atMs: clock.now(),
        actor: { kind: 'runner', id: attempt.runner_id ?? '' } as const,
        project: run.project,
        runId: run.id,
      })
      for (const reading of readings) {
        if (reading.kind === 'refused') {
          const { name, path, code, message } = reading
          await insertRefusedReport(unit, {
            run_id: run.id,
            name,
            job: attempt.job,
            attempt: attempt.number,
            path,
            code,
            message,
          })
          await appendEntry(unit, context(), 'evidence.refused', { name, job: attempt.job, path, code, message })
          continue
        }
        const { record } = reading
        await insertEvidence(unit, run.id, record)
        await appendEntry(unit, context(), 'evidence.recorded', {
          evidenceId: record.id,
          name: record.name,
          fact: record.fact.kind,
          format: record.format,
          tool: record.tool.name,
          job: attempt.job,
          summary: summaryOf(record.fact),
        })
      }
    },
  }
}

/**
 * Which uploads are which reports. The policy's own come first; GitLab's kinds count under their own name where the
 * policy does not name that job and format, and never under a name of the policy.
 */
export function reportsOf(run: Policies, job: string, artifacts: ArtifactRow[]): HandedInReport[] {
  const wanted = reportsToTake(run).filter((source) => source.job === job)
  const sources = run.policy.reports.filter((source) => source.job === job)
  const taken = new Set(run.policy.reports.map(({ name }) => name))
  const named = artifacts.flatMap((artifact) => {
    const source = artifact.type === 'sluice_report' ? wanted.find(({ name }) => name === artifact.name) : undefined
    return source === undefined ? [] : [ofPolicy(source, artifact)]
  })
  const kinds = Object.entries(gitlabFormats).flatMap(([kind, format]) => {
    const files = artifacts.filter(({ type }) => type === kind).flatMap((artifact) => artifact.files)
    if (files.length === 0 || taken.has(kind)) return []
    return sources.some((source) => source.format === format) ? [] : [{ name: kind, format, files }]
  })
  return [...named, ...kinds]
}

function ofPolicy(source: ReportSource, { files }: ArtifactRow): HandedInReport {
  const { name, format } = source
  return { name, format, files, unmatched: unmatchedPaths(pathsOfReport(source), files) }
}

export function producerOf(run: RunRow, attempt: AttemptRow): EvidenceRecord['producer'] {
  const definitions = new Map(Object.entries(run.protected_definitions))
  return {
    runId: run.id,
    job: attempt.job,
    attempt: attempt.number,
    runnerId: attempt.runner_id ?? '',
    definitionDigest: run.plan.jobs.find(({ name }) => name === attempt.job)?.definitionDigest ?? '',
    protectedDefinitionDigest: definitions.get(attempt.job) ?? null,
    isolation: attempt.isolation ?? 'none',
  }
}
