import type { EvidenceRecord } from '@sluice/contracts/evidence'
import type { ReportFormat } from '@sluice/contracts/policy'
import { makeStatement, readReport, reportBytesMax, signStatement, summaryOf, type Signer } from '@sluice/evidence'
import type { BlobStore } from '@sluice/execution'
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

/** A report that was handed in, and what it is under the policy. */
interface ReportToRead {
  name: string
  format: ReportFormat
  path: string
  digest: string
}

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

  async function readOne(run: RunRow, attempt: AttemptRow, report: ReportToRead): Promise<Reading> {
    try {
      const bytes = await bytesOf(blobs, report.digest)
      const { fact, tool } = readReport(report.format, bytes, { path: report.path })
      const statement = {
        name: report.name,
        subject: subjectOf(run),
        format: report.format,
        tool,
        at: new Date(clock.now()).toISOString(),
        reportDigest: report.digest,
        reportPath: report.path,
        producer: producerOf(run, attempt),
        fact,
      }
      const envelope = await signStatement(makeStatement(statement), signer)
      return { kind: 'record', record: { id: ids.next(), ...statement, statement: envelope } }
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error
      return { kind: 'refused', name: report.name, path: report.path, code: error.code, message: error.message }
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
export function reportsOf(run: Pick<RunRow, 'policy'>, job: string, artifacts: ArtifactRow[]): ReportToRead[] {
  const sources = run.policy.reports.filter((source) => source.job === job)
  const taken = new Set(run.policy.reports.map(({ name }) => name))
  const named = artifacts.flatMap((artifact) => {
    const source = artifact.type === 'sluice_report' ? sources.find(({ name }) => name === artifact.name) : undefined
    const file = artifact.files[0]
    return source && file ? [{ name: source.name, format: source.format, path: source.path, digest: file.digest }] : []
  })
  const others = artifacts.flatMap((artifact) => {
    const format = gitlabFormats[artifact.type]
    const file = artifact.files[0]
    if (format === undefined || file === undefined || taken.has(artifact.type)) return []
    return sources.some((source) => source.format === format)
      ? []
      : [{ name: artifact.type, format, path: file.path, digest: file.digest }]
  })
  return [...named, ...others]
}

function producerOf(run: RunRow, attempt: AttemptRow): EvidenceRecord['producer'] {
  return {
    runId: run.id,
    job: attempt.job,
    attempt: attempt.number,
    runnerId: attempt.runner_id ?? '',
    definitionDigest: run.plan.jobs.find(({ name }) => name === attempt.job)?.definitionDigest ?? '',
    protectedDefinitionDigest: run.protected_definitions[attempt.job] ?? null,
    isolation: attempt.isolation ?? 'none',
  }
}

async function bytesOf(blobs: BlobStore, digest: string): Promise<Uint8Array> {
  const content = await blobs.get(digest)
  if (content === null)
    throw new SluiceError('REPORT_LOST', `Cannot read report ${digest}: the blob store has no such blob`)
  const parts: Uint8Array[] = []
  let sizeBytes = 0
  for await (const part of content) {
    parts.push(part)
    sizeBytes += part.length
    // The reader refuses what is too large; the rest of it need not be in memory for that.
    if (sizeBytes > reportBytesMax) break
  }
  return Buffer.concat(parts)
}
