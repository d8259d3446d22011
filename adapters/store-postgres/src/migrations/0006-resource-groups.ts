import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * Resource groups hold over all runs of a project, and a run keeps which newer run it ended for. Earlier versions held
 * groups within a run: of the jobs that are under way, the one that was offered first has the group.
 */
export const resourceGroups: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}

const statements = [
  `create table resource_group (
    project text not null references project(slug),
    name text not null,
    state jsonb not null,
    primary key (project, name)
  )`,
  `alter table run add column outdated_by integer`,
  `with job as (
      select run.project, run.id, run.number, journal.state, one.value as job,
        one.value ->> 'resourceGroup' as name, one.value ->> 'status' in ('pending', 'running') as is_live
      from run join journal on journal.run_id = run.id::text, jsonb_each(journal.state -> 'jobs') as one
      where journal.status = 'running' and one.value ->> 'resourceGroup' is not null
        and one.value ->> 'status' in ('created', 'delayed', 'pending', 'running')
    ),
    ranked as (
      select job.*, row_number() over (partition by project, name, is_live order by number, job ->> 'name') as place
      from job
    )
    insert into resource_group (project, name, state)
    select project, name, jsonb_build_object('version', 1, 'mode', 'unordered', 'claims', jsonb_agg(
      jsonb_build_object(
        'runId', id, 'runNumber', number, 'job', job ->> 'name',
        'attempt', (job ->> 'attempt')::int + case when is_live then 0 else 1 end,
        'state', case when is_live then 'held' else 'upcoming' end
      ) order by is_live desc, number
    ))
    from ranked where place = 1 or not is_live
    group by project, name`,
  // A run tells a group only what it has not told before.
  `update journal set state = jsonb_set(state, '{jobs}', (
      select jsonb_object_agg(key, case
        when value ->> 'resourceGroup' is null then value
        when value ->> 'status' in ('pending', 'running') then value || '{"claim": "held"}'
        when value ->> 'status' in ('created', 'delayed') then value || '{"claim": "upcoming"}'
        else value end)
      from jsonb_each(journal.state -> 'jobs')))
    where status = 'running' and jsonb_path_exists(state, '$.jobs.*.resourceGroup ? (@ != null)')`,
]
