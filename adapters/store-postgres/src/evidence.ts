import type { EvidenceRecord, Verdict } from '@sluice/contracts/evidence'
import type { Selectable } from 'kysely'
import { json, type Database, type Unit } from './database.ts'
import type { Schema } from './schema.ts'

export type RefusedReportRow = Selectable<Schema['refused_report']>

export async function insertEvidence(unit: Unit, runId: string, record: EvidenceRecord): Promise<void> {
  await unit
    .insertInto('evidence')
    .values({
      id: record.id,
      run_id: runId,
      name: record.name,
      job: record.producer.job,
      attempt: record.producer.attempt,
      record: json(record),
    })
    .execute()
}

export async function listEvidence(db: Database | Unit, runId: string): Promise<EvidenceRecord[]> {
  const rows = await db.selectFrom('evidence').select('record').where('run_id', '=', runId).orderBy('id').execute()
  return rows.map(({ record }) => record)
}

export async function insertRefusedReport(unit: Unit, report: RefusedReportRow): Promise<void> {
  await unit
    .insertInto('refused_report')
    .values(report)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function listRefusedReports(db: Database | Unit, runId: string): Promise<RefusedReportRow[]> {
  return db.selectFrom('refused_report').selectAll().where('run_id', '=', runId).orderBy('name').execute()
}

export async function insertVerdict(unit: Unit, verdict: Verdict): Promise<void> {
  await unit
    .insertInto('verdict')
    .values({ id: verdict.id, run_id: verdict.runId, gate: verdict.gate, verdict: json(verdict), at: verdict.at })
    .execute()
}

/** Verdicts of a run, oldest first; a gate that was decided again has several. */
export async function listVerdicts(db: Database | Unit, runId: string): Promise<Verdict[]> {
  const rows = await db
    .selectFrom('verdict')
    .select('verdict')
    .where('run_id', '=', runId)
    .orderBy('at')
    .orderBy('id')
    .execute()
  return rows.map(({ verdict }) => verdict)
}
