import type { EvidenceView, GateView, ResourceGroupView, RunView } from '@sluice/contracts/api'
import type { EvidenceRecord, Verdict } from '@sluice/contracts/evidence'
import { sentenceOf } from '@sluice/evidence'
import type { TraceStore } from '@sluice/execution'
import {
  findProject,
  findReleaseOfRun,
  listArtifacts,
  listAttempts,
  listChildren,
  listDeployments,
  listEvidence,
  listRefusedReports,
  listResourceGroups,
  listVerdicts,
  readLog,
  runNumbers,
  type AttemptRow,
  type NamedResourceGroup,
  type RunRow,
} from '@sluice/store-postgres'
import { traceKey } from '../runner/find-live-attempt.ts'
import { deploymentView } from './deployment-view.ts'
import { stageViews } from './job-views.ts'
import { projectSummary, releaseView, type ProjectReaders } from './project-views.ts'
import { resourceGroupView } from './resource-group-view.ts'
import { runSummary } from './run-summary.ts'

export interface RunReaders extends ProjectReaders {
  traces: TraceStore
}

/** The newest of a run's entries; one of the longest runs has a few hundred. */
const logEntriesMax = 5000

/** One run, whole: everything its page shows. */
export async function runView(readers: RunReaders, run: RunRow): Promise<RunView> {
  const { db } = readers
  const attempts = await listAttempts(db, run.id)
  const [artifacts, evidence, refused, verdicts, release, deployments, log, project, logBytes, groups, children] =
    await Promise.all([
      listArtifacts(
        db,
        attempts.map(({ id }) => id),
      ),
      listEvidence(db, run.id),
      listRefusedReports(db, run.id),
      listVerdicts(db, run.id),
      findReleaseOfRun(db, run.id),
      listDeployments(db, { runId: run.id }),
      readLog(db, { runId: run.id, limit: logEntriesMax }),
      findProject(db, run.project),
      sizesOf(readers.traces, attempts),
      listResourceGroups(db, run.project),
      listChildren(db, run.id),
    ])
  const resourceGroups = groupsOf(run, groups)
  const numbers = await runNumbers(db, run.parent_run_id === null ? [] : [run.parent_run_id])
  const { policy_ref: ref, policy_commit: commit, policy_digest: digest } = run
  return {
    ...runSummary(
      run,
      attempts.some(({ isolation }) => isolation === 'none'),
      numbers,
    ),
    deliver: run.deliver,
    trigger: run.trigger_actor,
    policy: { ref, commit, digest },
    planDigest: run.plan_digest,
    stages: stageViews(run, attempts, artifacts, { logBytes, children, resourceGroups }),
    excluded: run.plan.excluded,
    evidence: evidence.map(evidenceView),
    refusedReports: refused.map(({ name, job, path, code, message }) => ({ name, job, path, code, message })),
    gates: gateViews(run, verdicts),
    resourceGroups,
    release: release === null ? null : releaseView({ ...release, file_count: release.files.length }, run),
    deployments: deployments.map((deployment) => deploymentView(deployment, log)),
    environments: project === null ? [] : (await projectSummary(readers, project)).environments,
    log,
  }
}

function groupsOf(run: RunRow, groups: NamedResourceGroup[]): ResourceGroupView[] {
  const named = new Set(Object.values(run.state.jobs).map(({ resourceGroup }) => resourceGroup))
  return groups.filter(({ name }) => named.has(name)).map(resourceGroupView)
}

async function sizesOf(traces: TraceStore, attempts: AttemptRow[]): Promise<Map<number, number>> {
  return new Map(
    await Promise.all(attempts.map(async (attempt) => [attempt.id, await traces.size(traceKey(attempt))] as const)),
  )
}

function evidenceView(record: EvidenceRecord): EvidenceView {
  const { id, name, format, at, reportPath, reportDigest, subject, fact } = record
  return {
    id,
    name,
    job: record.producer.job,
    attempt: record.producer.attempt,
    format,
    tool: [record.tool.name, record.tool.version].filter((part) => part !== null).join(' '),
    at,
    reportPath,
    reportDigest,
    reportFiles: record.reportFiles ?? [{ path: reportPath, digest: reportDigest }],
    subject,
    keyIds: record.statement.signatures.map(({ keyid }) => keyid),
    fact,
    sentence: sentenceOf(fact),
  }
}

function gateViews(run: RunRow, verdicts: Verdict[]): GateView[] {
  return run.state.gates.map((gate) => ({
    name: gate.name,
    after: gate.after,
    state: gate.state === 'asked' ? 'waiting' : gate.state,
    verdict: verdicts.findLast((verdict) => verdict.gate === gate.name) ?? null,
  }))
}
