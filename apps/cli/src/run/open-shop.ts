import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openFileBlobStore } from '@sluice/blobs-files'
import type { EvidenceSubject, Verdict } from '@sluice/contracts/evidence'
import type { PlanVariable } from '@sluice/contracts/plan'
import type { RunState } from '@sluice/engine'
import type { BlobStore, Executor } from '@sluice/execution'
import {
  findJobTools,
  openCacheStore,
  type CacheStore,
  type JobTools,
  type WouldBeRelease,
} from '@sluice/executor-process'
import type { FolderRun } from './folder-run.ts'
import type { LastRun } from './last-run.ts'
import { openLocalExecutor } from './local-executor.ts'
import type { ReportSummary } from './summarise-reports.ts'
import { takeSnapshot, type Snapshot } from './take-snapshot.ts'

/** What all jobs of one run share. */
export interface Shop {
  run: FolderRun
  last: LastRun
  snapshot: Snapshot
  executor: Executor
  caches: CacheStore
  blobs: BlobStore
  tools: JobTools
  /** Folders of the files that jobs have handed on, by job. */
  artifacts: Map<string, string>
  dotenv: Map<string, PlanVariable[]>
  coverages: Map<string, number>
  releases: Map<string, WouldBeRelease>
  durationsMs: Map<string, number>
  verdicts: Verdict[]
  /** Attempts begun, in the whole tree. */
  attempts: { begun: number }
  /** Number of the newest run of the folder, children included. */
  numbers: { last: number }
  /** Places taken by attempts that run. */
  slots: Set<number>
  /** Of each job's last attempt. */
  reports: Map<string, ReportSummary[]>
  /** Jobs whose last attempt failed on a full disk. */
  onFullDisk: Set<string>
  /** Children, by the job that began each. */
  children: Map<string, ChildShop>
  /** All runs of the tree, by id. */
  tree: Map<string, Shop>
}

/** The shop of a child, and how it stands when nothing of it is under way. */
export interface ChildShop {
  shop: Shop
  state: RunState
}

/** Makes what the jobs of a run need, and begins with what is kept of the last one. */
export async function openShop(run: FolderRun): Promise<Shop> {
  const { local, isolation, plan, clock } = run
  for (const folder of [local.artifacts, local.snapshots]) await mkdir(folder, { recursive: true, mode: 0o700 })
  const snapshot = await takeSnapshot(local.snapshots, {
    sources: run.sources,
    commit: plan.trigger.commit,
    branch: plan.trigger.ref,
    project: plan.project,
    isolation,
    clock,
  })
  const blobs = await openFileBlobStore(join(local.jobs, 'blobs'), { durable: false })
  const { ref, commit } = plan.trigger
  const subject: EvidenceSubject = { name: plan.project, digest: { gitCommit: commit } }
  const at = new Date(clock.now()).toISOString()
  const shop: Shop = {
    run,
    last: { version: 1, runId: run.runId, ref, commit, subject, at, ...keptEvidence(run) },
    snapshot,
    executor: await openLocalExecutor(run),
    // Files of a cache belong to the jobs' user, who is another one when the start is as root.
    caches: openCacheStore(join(local.caches, String(isolation.owner('job')?.uid ?? 'own')), { clock }),
    blobs,
    tools: await findJobTools(process.env['PATH'] ?? '', undefined),
    ...keptFiles(run),
    coverages: new Map(),
    releases: new Map(),
    durationsMs: new Map(),
    verdicts: [],
    attempts: { begun: 0 },
    numbers: { last: run.number },
    slots: new Set(),
    reports: new Map(),
    onFullDisk: new Set(),
    children: new Map(),
    tree: new Map(),
  }
  shop.tree.set(run.runId, shop)
  return shop
}

/** The same for a child: what all runs of a tree share, and nothing made or told yet. */
export function openChildShop(parent: Shop, run: FolderRun): Shop {
  const { ref, commit, subject, at } = parent.last
  const shop: Shop = {
    ...parent,
    run,
    last: { version: 1, runId: run.runId, ref, commit, subject, at, ...keptEvidence(run) },
    ...keptFiles(run),
    coverages: new Map(),
    releases: new Map(),
    durationsMs: new Map(),
    verdicts: [],
    reports: new Map(),
    onFullDisk: new Set(),
    children: new Map(),
  }
  shop.tree.set(run.runId, shop)
  return shop
}

/** Of jobs that are not run again, whatever they were judged to be. */
function keptEvidence({ kept, before }: FolderRun): Pick<LastRun, 'jobs' | 'evidence' | 'refused'> {
  const jobs = Object.fromEntries([...kept].map(([name, { attempt }]) => [name, attempt]))
  const evidence = before?.evidence.filter(({ producer }) => kept.has(producer.job)) ?? []
  const refused = before?.refused.filter(({ job }) => kept.has(job)) ?? []
  return { jobs, evidence, refused }
}

/** What jobs of the last run handed on. */
function keptFiles({ before }: FolderRun): Pick<Shop, 'artifacts' | 'dotenv'> {
  const made = Object.entries(before?.jobs ?? {})
  return {
    artifacts: new Map(
      made.flatMap(([name, { artifacts }]) => (artifacts === null ? [] : [[name, artifacts] as const])),
    ),
    dotenv: new Map(made.map(([name, { dotenv }]) => [name, dotenv])),
  }
}
