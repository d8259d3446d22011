import type { EvidenceRecord } from '@sluice/contracts/evidence'
import { pathsOfReport, type ReportFormat, type ReportSource } from '@sluice/contracts/policy'
import { readEvidence, summaryOf, type HandedInReport, type Signer } from '@sluice/evidence'
import { unmatchedPaths, type BlobStore } from '@sluice/execution'
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
  signer: Signer
  clock: Clock
  ids: Ids
}): RecordEvidence {
  const { db, blobs, signer, clock, ids } = parts

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

  return {
    async read(run, attempt) {
      const artifacts = await listArtifacts(db, [attempt.id])
      const readings: Reading[] = []
      for (const report of reportsOf(run, attempt.job, artifacts)) readings.push(await readOne(run, attempt, report))
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
