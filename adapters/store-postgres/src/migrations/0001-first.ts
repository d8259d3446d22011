import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * The first schema. The log is append-only by a trigger that even the owner's statements run into; everything else is
 * the present state that was written in the same transaction as the entries that tell of it.
 */
export const first: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}

const statements = [
  `create table log (
    seq bigint generated always as identity primary key,
    id uuid not null unique,
    at timestamptz not null,
    actor jsonb not null,
    project text not null,
    run_id uuid,
    kind text not null,
    payload jsonb not null
  )`,
  `create index log_by_project on log (project, seq)`,
  `create index log_by_run on log (run_id, seq) where run_id is not null`,
  `create function log_is_append_only() returns trigger language plpgsql as $$
    begin raise exception 'the log is append-only'; end $$`,
  `create trigger log_append_only before update or delete on log for each row execute function log_is_append_only()`,
  `create trigger log_never_truncated before truncate on log for each statement execute function log_is_append_only()`,

  `create table project (
    slug text primary key,
    id integer generated always as identity unique,
    name text not null,
    default_branch text not null,
    folder text not null,
    last_run_number integer not null default 0,
    created_at timestamptz not null
  )`,
  `create table received_commit (
    project text not null references project(slug),
    commit text not null,
    received_at timestamptz not null,
    primary key (project, commit)
  )`,

  `create table journal (
    run_id text primary key,
    state jsonb not null,
    status text not null,
    finished_at timestamptz
  )`,
  `create table run_event (
    run_id text not null references journal(run_id),
    position integer not null,
    at_ms bigint not null,
    event jsonb not null,
    primary key (run_id, position)
  )`,
  `create table run (
    id uuid primary key,
    project text not null references project(slug),
    number integer not null,
    ref text not null,
    commit text not null,
    before_commit text not null,
    title text not null,
    author text not null,
    source text not null,
    trigger_actor jsonb not null,
    deliver boolean not null,
    plan jsonb not null,
    plan_digest text not null,
    policy jsonb not null,
    policy_ref text not null,
    policy_commit text not null,
    policy_digest text not null,
    protected_definitions jsonb not null,
    producers_accepted boolean not null default false,
    delivery jsonb not null,
    created_at timestamptz not null,
    unique (project, number)
  )`,

  `create table runner (
    id uuid primary key,
    name text not null,
    token_hash text not null unique,
    tags jsonb not null,
    created_at timestamptz not null,
    last_seen_at timestamptz
  )`,
  `create table attempt (
    id integer generated always as identity primary key,
    run_id uuid not null references run(id),
    job text not null,
    number integer not null,
    status text not null,
    token_hash text,
    sources_token_hash text,
    runner_id uuid references runner(id),
    isolation text,
    cancel_requested boolean not null default false,
    queued_at timestamptz not null,
    started_at timestamptz,
    heartbeat_at timestamptz,
    finished_at timestamptz,
    exit_code integer,
    reason text,
    unique (run_id, job, number)
  )`,
  `create index attempt_pending on attempt (id) where status = 'pending'`,
  `create index attempt_running on attempt (heartbeat_at) where status = 'running'`,
  `create table artifact (
    id bigint generated always as identity primary key,
    attempt_id integer not null references attempt(id),
    type text not null,
    name text not null,
    files jsonb not null,
    file_count integer not null,
    size_bytes bigint not null,
    unique (attempt_id, type, name)
  )`,

  `create table evidence (
    id uuid primary key,
    run_id uuid not null references run(id),
    name text not null,
    job text not null,
    attempt integer not null,
    record jsonb not null
  )`,
  `create index evidence_by_run on evidence (run_id)`,
  `create table refused_report (
    run_id uuid not null references run(id),
    name text not null,
    job text not null,
    attempt integer not null,
    path text not null,
    code text not null,
    message text not null,
    primary key (run_id, name, job, attempt, path)
  )`,
  `create table verdict (
    id uuid primary key,
    run_id uuid not null references run(id),
    gate text not null,
    verdict jsonb not null,
    at timestamptz not null
  )`,
  `create index verdict_by_run on verdict (run_id, at)`,

  `create table release (
    id uuid primary key,
    project text not null references project(slug),
    run_id uuid not null unique references run(id),
    version text not null,
    digest text not null,
    commit text not null,
    files jsonb not null,
    size_bytes bigint not null,
    created_at timestamptz not null,
    unique (project, version)
  )`,
  `create table environment (
    project text not null references project(slug),
    name text not null,
    tier text not null,
    position integer not null,
    policy jsonb not null,
    site text not null unique,
    port integer not null,
    generation integer not null default 0,
    database_name text,
    database_role text,
    database_password text,
    release_id uuid references release(id),
    instance_id text,
    since timestamptz,
    primary key (project, name)
  )`,
  `create table deployment (
    id uuid primary key,
    project text not null,
    environment text not null,
    run_id uuid not null references run(id),
    release_id uuid not null references release(id),
    previous_release_id uuid references release(id),
    strategy text not null,
    state jsonb not null,
    current jsonb,
    outcome text,
    sentence jsonb not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    foreign key (project, environment) references environment(project, name),
    unique (run_id, environment)
  )`,
  `create unique index deployment_one_at_a_time on deployment (project, environment) where finished_at is null`,

  `create table sign_in_link (
    token_hash text primary key,
    expires_at timestamptz not null
  )`,
  `create table session (
    id_hash text primary key,
    actor jsonb not null,
    csrf text not null,
    expires_at timestamptz not null
  )`,
]
