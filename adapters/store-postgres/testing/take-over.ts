import pg from 'pg'

/** Cuts the connection of the server that holds the database and takes its lock. @returns how to let go */
export async function takeOver(url: string): Promise<() => Promise<void>> {
  const [own, next] = [new pg.Client({ connectionString: url }), new pg.Client({ connectionString: url })]
  await Promise.all([own.connect(), next.connect()])
  const locks = async (granted: boolean): Promise<{ pid: number; key: string } | undefined> => {
    const { rows } = await own.query<{ pid: number; key: string }>(
      `select pid, (classid::bigint << 32) | objid::bigint as key from pg_locks
        where locktype = 'advisory' and granted = $1
        and database = (select oid from pg_database where datname = current_database())`,
      [granted],
    )
    return rows[0]
  }
  const held = await locks(true)
  const taken = next.query('select pg_advisory_lock($1)', [held?.key])
  while ((await locks(false)) === undefined);
  await own.query('select pg_terminate_backend($1)', [held?.pid])
  await taken
  await own.end()
  return () => next.end()
}
