/** One step of the schema. Steps only go forward, and each keeps the release before it working (expand, then contract). */
export interface Migration {
  version: number
  name: string
  sql: string
}

const accountsAndLedger = `
create table accounts (
  id uuid primary key,
  currency text not null,
  credit_limit bigint not null check (credit_limit >= 0),
  held bigint not null default 0 check (held >= 0),
  opened_at timestamptz not null default now()
);

create table authorisations (
  account_id uuid not null,
  reference text not null,
  state text not null check (state in ('held', 'declined', 'reversed-early')),
  amount bigint check (amount > 0),
  released bigint not null default 0 check (released >= 0 and released <= amount),
  response_code text,
  approval_code text,
  created_at timestamptz not null default now(),
  primary key (account_id, reference)
);

create table journal_entries (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('limit', 'hold', 'release')),
  reference text,
  at timestamptz not null default now()
);

create table postings (
  entry_id bigint not null references journal_entries (id),
  ledger text not null check (ledger in ('open-to-buy', 'pending', 'commitment')),
  account_id uuid not null references accounts (id),
  amount bigint not null,
  primary key (entry_id, ledger)
);
create index postings_by_account on postings (account_id, ledger);

create table idempotency_keys (
  key text primary key,
  fingerprint text not null,
  status integer,
  body text,
  created_at timestamptz not null default now()
);
`

const ledgerGuards = `
create function refuse_unbalanced_entry() returns trigger language plpgsql as $$
begin
  if exists (select from added group by entry_id having sum(amount) <> 0 or count(*) < 2) then
    raise exception 'a journal entry does not balance' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger postings_balance after insert on postings
  referencing new table as added for each statement execute function refuse_unbalanced_entry();

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger postings_append_only before update or delete or truncate on postings
  for each statement execute function refuse_change();
create trigger journal_entries_append_only before update or delete or truncate on journal_entries
  for each statement execute function refuse_change();
`

/** All steps, oldest first. A step that has been released is never edited: write a new one. */
export const migrations: readonly Migration[] = [
  { version: 1, name: 'accounts and ledger', sql: accountsAndLedger },
  { version: 2, name: 'ledger guards', sql: ledgerGuards },
]

/** The schema that this release needs; the database may be ahead of it. */
export const requiredSchemaVersion = migrations.length
