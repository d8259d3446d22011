/** The tables as Kysely sees them. Times are `Date` on reading and ISO text or `Date` on writing. */
import type { EvidenceRecord, IsolationLevel, Verdict } from '@sluice/contracts/evidence'
import type { Actor, Judgement, RunStatus } from '@sluice/contracts/events'
import type { Plan } from '@sluice/contracts/plan'
import type { EnvironmentPolicy, Policy } from '@sluice/contracts/policy'
import type { DeliveryState, ReleaseFile } from '@sluice/delivery'
import type { ResourceGroup, RunEvent, RunState } from '@sluice/engine'
import type { RolloutState, Sentence } from '@sluice/rollout'
import type { ColumnType, Generated, JSONColumnType } from 'kysely'

type Json<T extends object | null> = JSONColumnType<T>
type Time = ColumnType<Date, Date | string, Date | string>
type OptionalTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>
/** `bigint` columns are read as text by the driver. */
type Big = ColumnType<string, number, number>

export interface Schema {
  log: {
    seq: Generated<string>
    id: string
    at: Time
    actor: Json<Actor>
    project: string
    run_id: string | null
    kind: string
    payload: Json<object>
  }
  project: {
    slug: string
    /** For protocols that name projects by number. */
    id: Generated<number>
    name: string
    default_branch: string
    folder: string
    last_run_number: Generated<number>
    created_at: Time
  }
  received_commit: { project: string; commit: string; received_at: Time }
  run: {
    id: string
    project: string
    number: number
    ref: string
    commit: string
    before_commit: string
    title: string
    author: string
    source: string
    trigger_actor: Json<Actor>
    deliver: boolean
    plan: Json<Plan>
    plan_digest: string
    policy: Json<Policy>
    policy_ref: string
    policy_commit: string
    policy_digest: string
    /** The change's own policy where that is another one: it is judged by both. */
    proposed_policy: JSONColumnType<Policy | null, string | null, string | null>
    /** Job → definition digest in the protected branch before the change. */
    protected_definitions: Json<Record<string, string>>
    producers_accepted: Generated<boolean>
    delivery: Json<DeliveryState>
    /**
     * When it was found good, for good: jobs and gates succeeded for the first time, and where the commit brings the first
     * policy, its release could be made. Later changes are judged by its policy and get its caches.
     */
    good_at: OptionalTime
    /** The run whose job began this one, by an attempt of it; all three `null` for a run that is no child. */
    parent_run_id: Generated<string | null>
    parent_job: Generated<string | null>
    parent_attempt: Generated<number | null>
    /** Names of variables that it was started with; they win over those of reports. */
    given_variables: JSONColumnType<string[], string | undefined>
    /** Number of the run of a newer commit for which it was canceled. */
    outdated_by: number | null
    created_at: Time
  }
  journal: { run_id: string; state: Json<RunState>; status: RunStatus; finished_at: OptionalTime }
  run_event: { run_id: string; position: number; at_ms: Big; event: Json<RunEvent> }
  resource_group: { project: string; name: string; state: Json<ResourceGroup> }
  runner: {
    id: string
    name: string
    token_hash: string
    tags: Json<string[]>
    created_at: Time
    last_seen_at: OptionalTime
  }
  attempt: {
    id: Generated<number>
    run_id: string
    job: string
    number: number
    status: 'pending' | 'running' | 'success' | 'failed' | 'canceled'
    /** Of the runner: for trace, state, artifacts and sources. */
    token_hash: string | null
    /** Of the job itself: for sources and nothing else. */
    sources_token_hash: string | null
    runner_id: string | null
    isolation: IsolationLevel | null
    /** Every one of them is wanted of the runner. */
    tags: Json<string[]>
    cancel_requested: Generated<boolean>
    queued_at: Time
    started_at: OptionalTime
    heartbeat_at: OptionalTime
    finished_at: OptionalTime
    exit_code: number | null
    reason: string | null
  }
  artifact: {
    id: Generated<string>
    attempt_id: number
    type: string
    name: string
    files: Json<ReleaseFile[]>
    file_count: number
    size_bytes: Big
  }
  evidence: { id: string; run_id: string; name: string; job: string; attempt: number; record: Json<EvidenceRecord> }
  refused_report: {
    run_id: string
    name: string
    job: string
    attempt: number
    path: string
    code: string
    message: string
  }
  verdict: { id: string; run_id: string; gate: string; verdict: Json<Verdict>; at: Time }
  release: {
    id: string
    project: string
    run_id: string
    version: string
    digest: string
    commit: string
    files: Json<ReleaseFile[]>
    size_bytes: Big
    created_at: Time
  }
  environment: {
    project: string
    name: string
    tier: string
    position: number
    /** Policy of the deployment that brought what serves; `null` where nothing does. */
    serving_policy: JSONColumnType<EnvironmentPolicy | null, string | null, string | null>
    site: string
    /** Its own, for good; 0 until the router has chosen one. */
    port: number
    generation: Generated<number>
    database_name: string | null
    database_role: string | null
    database_password: string | null
    release_id: string | null
    instance_id: string | null
    since: OptionalTime
  }
  deployment: {
    id: string
    project: string
    environment: string
    run_id: string
    release_id: string
    previous_release_id: string | null
    strategy: 'recreate' | 'canary'
    state: Json<RolloutState>
    current: JSONColumnType<Judgement | null, string | null, string | null>
    outcome: 'promoted' | 'aborted' | 'failed' | null
    sentence: Json<Sentence>
    started_at: Time
    finished_at: OptionalTime
  }
  sign_in_link: { token_hash: string; expires_at: Time }
  session: { id_hash: string; actor: Json<Actor>; csrf: string; expires_at: Time }
}
