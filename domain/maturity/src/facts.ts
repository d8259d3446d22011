import type { EventKind, EventPayloads, LogEntry } from '@sluice/contracts/events'
import { computeDora, type DoraFigures } from '@sluice/dora'

/** An entry of one kind. */
export type EntryOf<K extends EventKind> = Extract<LogEntry, { kind: K }>

/** The log of one project, asked by kind. */
export interface Facts {
  nowMs: number
  windowMs: number
  /** Entries of a kind within the window, in order. */
  recent<K extends EventKind>(kind: K): EntryOf<K>[]
  /** Entries of a kind since the beginning, in order. */
  ever<K extends EventKind>(kind: K): EntryOf<K>[]
  /** The entry that created a run; `null` for none or no run. */
  run(runId: string | null): EntryOf<'run.created'> | null
  /** The push that brought a commit; `null` where none is known. */
  push(commit: string): EntryOf<'change.pushed'> | null
  /** The entry that created a release; `null` where none is known. */
  release(releaseId: string): EntryOf<'release.created'> | null
  /** Entries of a kind that belong to a run. */
  inRun<K extends EventKind>(runId: string | null, kind: K): EntryOf<K>[]
  /** Steps and judgements of a deployment. */
  steps(deploymentId: string): EntryOf<'rollout.stepped' | 'rollout.judged'>[]
  dora(): DoraFigures
}

/**
 * Arranges the entries up to `nowMs`; their order does not matter. A child is a part of the run that began it: by kind only
 * the latter's creation is told, so that a change counts once and is looked at where its gates are.
 */
export function factsOf(entries: LogEntry[], nowMs: number, windowMs: number): Facts {
  const past = entries.filter(({ at }) => Date.parse(at) <= nowMs).toSorted((a, b) => a.seq - b.seq)
  const told = past.filter((entry) => entry.kind !== 'run.created' || entry.payload.parent === undefined)
  const byKind = Map.groupBy(told, ({ kind }) => kind)
  const ever = <K extends EventKind>(kind: K): EntryOf<K>[] => (byKind.get(kind) ?? []) as EntryOf<K>[]
  const recent = Map.groupBy(
    told.filter(({ at }) => Date.parse(at) > nowMs - windowMs),
    ({ kind }) => kind,
  )
  const rolloutSteps = [...ever('rollout.stepped'), ...ever('rollout.judged')]
  const steps = Map.groupBy(rolloutSteps, ({ payload }) => payload.deploymentId)
  const byRun = Map.groupBy(past, ({ runId }) => runId)
  const runs = new Map(past.flatMap((entry) => (entry.kind === 'run.created' ? [[entry.runId, entry]] : [])))
  const pushes = new Map(ever('change.pushed').map((entry) => [entry.payload.after, entry]))
  const releases = new Map(ever('release.created').map((entry) => [entry.payload.releaseId, entry]))
  return {
    nowMs,
    windowMs,
    ever,
    recent: (kind) => (recent.get(kind) ?? []) as EntryOf<typeof kind>[],
    steps: (deploymentId) => steps.get(deploymentId) ?? [],
    run: (runId) => (runId === null ? null : (runs.get(runId) ?? null)),
    push: (commit) => pushes.get(commit) ?? null,
    release: (releaseId) => releases.get(releaseId) ?? null,
    inRun: (runId, kind) =>
      runId === null ? [] : ((byRun.get(runId) ?? []).filter((entry) => entry.kind === kind) as EntryOf<typeof kind>[]),
    dora: () => computeDora(past, { now: nowMs, windowMs }),
  }
}

/** A deployment that ended, with its start where the log has it. */
export interface EndedDeployment {
  started: EntryOf<'deployment.started'> | null
  finished: EntryOf<'deployment.finished'>
}

/** Deployments that ended within the window. */
export function endedDeployments(facts: Facts): EndedDeployment[] {
  const starts = new Map(facts.ever('deployment.started').map((entry) => [entry.payload.deploymentId, entry]))
  return facts
    .recent('deployment.finished')
    .map((finished) => ({ finished, started: starts.get(finished.payload.deploymentId) ?? null }))
}

/** Evidence of one kind of fact in a run, newest attempt or not. */
export const evidenceOf = (
  facts: Facts,
  runId: string | null,
  fact: EventPayloads['evidence.recorded']['fact'],
): EntryOf<'evidence.recorded'>[] =>
  facts.inRun(runId, 'evidence.recorded').filter(({ payload }) => payload.fact === fact)
