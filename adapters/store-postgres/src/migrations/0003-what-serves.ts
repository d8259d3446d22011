import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * An environment keeps the policy of what serves there, no longer the newest one of all runs; its port is its own; a
 * delivery knows whether its deployment was begun. What an earlier version had under way goes on.
 */
export const whatServes: Migration = {
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}

const statements = [
  `alter table environment rename column policy to serving_policy`,
  `alter table environment alter column serving_policy drop not null`,
  `update environment e set serving_policy = case when e.release_id is null then null else coalesce((
    select d.state #> '{input,environment}' from deployment d
    where d.project = e.project and d.environment = e.name and d.release_id = e.release_id and d.outcome = 'promoted'
    order by d.finished_at desc limit 1), e.serving_policy) end`,

  // Of environments on one port the one that was deployed to has its URL there.
  `update environment e set port = taken.highest + double.place
    from (select max(port) as highest from environment) taken,
      (select project, name, row_number() over (order by id, position) as place from (
        select o.project, o.name, o.position, p.id, o.port, row_number() over (partition by o.port order by
          (exists (select from deployment d where d.project = o.project and d.environment = o.name)) desc,
          p.id, o.position) as claim
        from environment o join project p on p.slug = o.project where o.port > 0) claims where claim > 1) double
    where e.project = double.project and e.name = double.name`,
  `create unique index environment_port on environment (port) where port > 0`,

  `update run set delivery = delivery || jsonb_build_object('delayedSinceMs', null, 'begun', exists (
    select from deployment d where d.run_id = run.id
      and d.environment = run.delivery -> 'environments' ->> (run.delivery ->> 'current')::int))`,

  `update deployment set state =
    jsonb_set(state, '{verified}', to_jsonb((state #>> '{instances,candidate,pid}') is not null))
    where finished_at is null`,
  `update deployment d set state = jsonb_set(d.state, '{input,previous,environment}',
      coalesce(e.serving_policy, d.state #> '{input,environment}'))
    from environment e
    where d.finished_at is null and jsonb_typeof(d.state #> '{input,previous}') = 'object'
      and e.project = d.project and e.name = d.environment`,
]
