import { randomUUID } from 'node:crypto'
import { journalCases } from '@sluice/engine/testing'
import type { LogEntry } from '@sluice/contracts/events'
import type { RunEvent } from '@sluice/engine'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import {
  beginDeployment,
  freshDatabase,
  makeEnvironment,
  makeProject,
  makeRelease,
  makeRun,
  takeOver,
  type FreshDatabase,
} from '../testing/index.ts'
import {
  addReportFile,
  announce,
  appendEntry,
  chooseEnvironmentDatabase,
  claimAttempt,
  deleteSession,
  endAttempt,
  ensureServiceDatabase,
  findAttempt,
  findGoodRuns,
  findPolicyCommit,
  findPolicyInForce,
  findRun,
  findSession,
  holdAlone,
  insertRunner,
  insertSession,
  insertSignInLink,
  keepAsGood,
  isReportFull,
  listAnnouncements,
  listArtifacts,
  listAttempts,
  listDeployments,
  listEnvironments,
  listOffers,
  LogListener,
  offerAttempt,
  openDatabase,
  PostgresJournal,
  readLog,
  requestCancel,
  serviceDatabaseName,
  silentAttempts,
  storeArtifact,
  storeRollout,
  useSignInLink,
  type OpenDatabase,
  type Unit,
} from './index.ts'

const { url, reason } = inject('postgres')

describe.skipIf(url === null)(`the store on PostgreSQL ${reason}`, () => {
  let fresh: FreshDatabase
  let open: OpenDatabase
  let journal: PostgresJournal
  const inUnit = <T>(work: (unit: Unit) => Promise<T>): Promise<T> => open.db.transaction().execute(work)

  beforeAll(async () => {
    fresh = await freshDatabase(url ?? '')
    open = await openDatabase(fresh.url)
    journal = new PostgresJournal(open.db)
    await makeProject(open.db)
  })
  afterAll(async () => {
    await open?.close()
    await fresh?.drop()
  })

  describe('PostgresJournal', () => {
    journalCases(async () => ({ journal, runId: randomUUID }))

    /** Kinds of the run's events, as they were kept beside its state. */
    const eventsOf = async (runId: string): Promise<string[]> => {
      const kept = open.db.selectFrom('run_event').select('event').where('run_id', '=', runId).orderBy('position')
      return (await kept.execute()).map(({ event }) => event.kind)
    }

    test('a step whose consequences cannot be written did not happen', async () => {
      const failing = new PostgresJournal(open.db, async (unit, runId) => {
        await appendEntry(unit, entryContext('card', runId), 'run.cancel-requested', { reason: 'half' })
        throw new Error('the disk is full')
      })
      const runId = await makeRun(open.db, journal)
      const before = await journal.load(runId)
      await expect(failing.step(runId, { kind: 'run.begun' }, 1)).rejects.toThrow('the disk is full')
      expect(await journal.load(runId)).toEqual(before)
      expect(await eventsOf(runId)).toEqual([])
      expect(await readLog(open.db, { runId })).toEqual([])
    })

    test('further steps of what follows belong to the same transaction, in order', async () => {
      const chained = new PostgresJournal(open.db, async (_unit, _runId, step, again) => {
        for (const command of step.commands)
          if (command.kind === 'offer-job' && command.job === 'build')
            await again({
              kind: 'job.finished',
              payload: { job: 'build', attempt: 1, outcome: 'success', reason: null, exitCode: 0 },
            })
      })
      const runId = await makeRun(open.db, journal)
      await chained.step(runId, { kind: 'run.begun' }, 1)
      expect(await eventsOf(runId)).toEqual(['run.begun', 'job.finished'])
      expect((await findRun(open.db, runId))?.state.jobs['test']?.status).toBe('pending')
    })
  })

  describe('a run that was found good', () => {
    const steps = async (runId: string, events: RunEvent[]): Promise<void> => {
      for (const event of events) await journal.step(runId, event, 1)
    }

    test('stays so with its commit’s policy, whatever becomes of its jobs; the newest one counts', async () => {
      await makeProject(open.db, 'good')
      const policyCommit = () => findPolicyCommit(open.db, 'good', 'main')
      const good = (before: number) => findGoodRuns(open.db, { project: 'good', branch: 'main', before }, 5)
      const [first, second] = [await makeRun(open.db, journal, 'good'), await makeRun(open.db, journal, 'good')]
      expect([await policyCommit(), await good(9)]).toEqual([null, []])
      await inUnit((unit) => keepAsGood(unit, second, 1000))
      expect([await policyCommit(), await good(9), await good(2)]).toEqual(['a'.repeat(40), [2], []])
      const cancel = { kind: 'run.cancel-requested', payload: { reason: 'x' } } as const
      await steps(second, [{ kind: 'run.begun' }, cancel])
      await inUnit((unit) => keepAsGood(unit, second, 2000))
      expect(await findRun(open.db, second)).toMatchObject({ status: 'canceled', good_at: new Date(1000) })
      await inUnit((unit) => keepAsGood(unit, first, 3000))
      expect([await policyCommit(), await good(9)]).toEqual(['a'.repeat(40), [2, 1]])
      expect(await findPolicyCommit(open.db, 'good', 'other')).toBeNull()
    })

    test('has its own policy in force, also where it was judged by another one', async () => {
      await makeProject(open.db, 'proposed')
      const policyNow = () => findPolicyInForce(open.db, 'proposed', 'main')
      expect(await policyNow()).toBeNull()
      const first = await makeRun(open.db, journal, 'proposed')
      await inUnit((unit) => keepAsGood(unit, first, 1000))
      const policy = { version: 1, reports: [], gates: [], environments: [] } as const
      expect(await policyNow()).toEqual(policy)
      const own = { ...policy, release: { job: 'package', path: 'release' } }
      const second = await makeRun(open.db, journal, 'proposed')
      await open.db
        .updateTable('run')
        .set({ proposed_policy: JSON.stringify(own) })
        .where('id', '=', second)
        .execute()
      expect(await policyNow()).toEqual(policy)
      await inUnit((unit) => keepAsGood(unit, second, 2000))
      expect(await policyNow()).toEqual(own)
    })
  })

  describe('the log', () => {
    test.each([
      ['update', sql`update log set kind = 'job.skipped'`],
      ['delete', sql`delete from log`],
      ['truncate', sql`truncate log`],
    ])('refuses %s', async (_name, statement) => {
      await inUnit((unit) => appendEntry(unit, entryContext('kept'), 'session.opened', { sessionId: 's' }))
      await expect(statement.execute(open.db)).rejects.toThrow('the log is append-only')
      expect(await readLog(open.db, { project: 'kept' })).not.toEqual([])
    })

    test('gives the newest entries of a project up to a limit, oldest first', async () => {
      for (const sessionId of ['1', '2', '3'])
        await inUnit((unit) => appendEntry(unit, entryContext('limited'), 'session.opened', { sessionId }))
      const entries = await readLog(open.db, { project: 'limited', limit: 2 })
      expect(entries.map(sessionOf)).toEqual(['2', '3'])
    })

    test('lists what was announced after an entry', async () => {
      const seqs: number[] = []
      for (const sessionId of ['1', '2', '3'])
        seqs.push(await inUnit((unit) => appendEntry(unit, entryContext('listed'), 'session.opened', { sessionId })))
      const after = await listAnnouncements(open.db, seqs[0] ?? 0, 10)
      const kind = 'session.opened'
      expect(after).toEqual(seqs.slice(1).map((seq) => ({ seq, project: 'listed', runId: null, kind })))
    })
  })

  describe('offers', () => {
    const offered = async (tags: string[] = [`only-${randomUUID()}`]): Promise<{ id: number; runId: string }> => {
      const runId = await makeRun(open.db, journal)
      await inUnit((unit) => offerAttempt(unit, { runId, job: 'build', number: 1, tags, nowMs: 1000 }))
      const [attempt] = await listAttempts(open.db, runId)
      return { id: attempt?.id ?? 0, runId }
    }
    const runner = async (): Promise<string> => {
      const id = randomUUID()
      await inUnit((unit) => insertRunner(unit, { id, name: 'r', tokenHash: id, tags: [], createdAtMs: 0 }))
      return id
    }
    const claim = async (id: number, runnerId: string) =>
      inUnit((unit) =>
        claimAttempt(unit, id, {
          runnerId,
          sourcesTokenHash: 'sources',
          tokenHash: 'hash',
          isolation: 'uid',
          nowMs: 2000,
        }),
      )

    test('an offer that is made twice is one', async () => {
      const { runId } = await offered()
      await inUnit((unit) => offerAttempt(unit, { runId, job: 'build', number: 1, tags: [], nowMs: 9000 }))
      expect(await listAttempts(open.db, runId)).toHaveLength(1)
    })

    test('of many that claim it at once, one gets it', async () => {
      const { id } = await offered()
      const runners = await Promise.all(Array.from({ length: 8 }, runner))
      const claims = await Promise.all(runners.map((runnerId) => claim(id, runnerId)))
      const winners = claims.filter((row) => row !== null)
      expect(winners).toHaveLength(1)
      expect((await findAttempt(open.db, id))?.runner_id).toBe(winners[0]?.runner_id)
    })

    test('are shown to runners that have every tag, however many others wait before', async () => {
      for (let index = 0; index < 25; index++) await offered(['windows'])
      const { id } = await offered(['linux', 'big'])
      const shown = async (tags: string[]): Promise<boolean> =>
        (await listOffers(open.db, tags)).some((offer) => offer.id === id)
      expect(await shown(['big', 'linux', 'fast'])).toBe(true)
      expect(await shown(['linux'])).toBe(false)
      expect(await shown([])).toBe(false)
    })

    test('a canceled offer is gone at once; a running attempt is told', async () => {
      const pending = await offered()
      const running = await offered()
      await claim(running.id, await runner())
      for (const { runId } of [pending, running])
        await inUnit((unit) => requestCancel(unit, { runId, job: 'build', number: 1, nowMs: 3000 }))
      expect(await findAttempt(open.db, pending.id)).toMatchObject({ status: 'canceled' })
      expect(await claim(pending.id, await runner())).toBeNull()
      expect(await findAttempt(open.db, running.id)).toMatchObject({ status: 'running', cancel_requested: true })
    })

    test.each([
      ['failed', 'canceled'],
      ['success', 'success'],
    ] as const)('an attempt that was asked to stop and ends as %s was %s', async (status, wanted) => {
      const { id, runId } = await offered()
      await claim(id, await runner())
      await inUnit((unit) => requestCancel(unit, { runId, job: 'build', number: 1, nowMs: 3000 }))
      const end = { status, exitCode: 1, reason: status === 'failed' ? 'script_failure' : null } as const
      expect(await inUnit((unit) => endAttempt(unit, id, end, 4000))).toMatchObject({ status: wanted })
      expect(await findAttempt(open.db, id)).toMatchObject({ status: wanted })
    })

    test('an attempt ends once, and takes no artifact after its end', async () => {
      const { id } = await offered()
      await claim(id, await runner())
      const artifact = { attemptId: id, type: 'archive', name: 'artifacts.zip', files: [] }
      expect(await inUnit((unit) => storeArtifact(unit, artifact))).toBe(true)
      const end = { status: 'success', exitCode: 0, reason: null } as const
      expect(await inUnit((unit) => endAttempt(unit, id, end, 4000))).toEqual(end)
      expect(await inUnit((unit) => endAttempt(unit, id, { ...end, status: 'failed' }, 5000))).toBeNull()
      expect(await inUnit((unit) => storeArtifact(unit, artifact))).toBe(false)
    })

    test('a report has every file that came, each path once, until it is full or the attempt has ended', async () => {
      const { id } = await offered()
      await claim(id, await runner())
      const report = { attemptId: id, type: 'sluice_report', name: 'tests' }
      const max = { files: 3, bytes: 100 }
      const add = (path: string, sizeBytes: number, digest = path) =>
        inUnit((unit) => addReportFile(unit, { ...report, file: { path, mode: 0o644, sizeBytes, digest } }, max))
      const files = async () => (await listArtifacts(open.db, [id])).map((row) => row.files.map((file) => file.digest))
      expect(await Promise.all([add('a', 10, 'first'), add('b', 10)])).toEqual([true, true])
      expect(await add('a', 20)).toBe(true)
      expect(await files()).toEqual([['b', 'a']])
      expect(await isReportFull(open.db, report, max)).toBe(false)
      expect(await isReportFull(open.db, report, { ...max, bytes: 30 })).toBe(true)
      await add('c', 10)
      expect(await isReportFull(open.db, report, max)).toBe(true)
      expect(await add('d', 10)).toBe(true)
      expect(await files()).toEqual([['b', 'a', 'c']])
      await inUnit((unit) => endAttempt(unit, id, { status: 'success', exitCode: 0, reason: null }, 4000))
      expect(await add('a', 10)).toBe(false)
    })

    test('only running attempts fall silent', async () => {
      const waiting = await offered()
      const silent = await offered()
      await claim(silent.id, await runner())
      const found = (await silentAttempts(open.db, 2001)).map(({ id }) => id)
      expect(found).toContain(silent.id)
      expect(found).not.toContain(waiting.id)
      expect((await silentAttempts(open.db, 2000)).map(({ id }) => id)).not.toContain(silent.id)
    })
  })

  describe('deployments', () => {
    test('one is open in an environment, and one is made per run', async () => {
      const [first, second] = [await makeRun(open.db, journal), await makeRun(open.db, journal)]
      const releases = [await makeRelease(open.db, first), await makeRelease(open.db, second)] as const
      const begun = await Promise.all([
        inUnit((unit) => beginDeployment(unit, first, releases[0])),
        inUnit((unit) => beginDeployment(unit, second, releases[1])),
      ])
      const [deployment] = await listDeployments(open.db, { project: 'card', open: true })
      expect(begun.filter((id) => id !== null)).toEqual([deployment?.id])
      const [runId, releaseId] = begun[0] === null ? [second, releases[1]] : [first, releases[0]]
      await inUnit((unit) =>
        storeRollout(unit, deployment?.id ?? '', {
          state: deployment?.state as never,
          current: null,
          sentence: { en: 'done', zh: '完成' },
          outcome: 'promoted',
          nowMs: 1,
        }),
      )
      expect(await inUnit((unit) => beginDeployment(unit, runId, releaseId))).toBeNull()
      const [otherRun, otherRelease] = runId === first ? [second, releases[1]] : [first, releases[0]]
      expect(await inUnit((unit) => beginDeployment(unit, otherRun, otherRelease))).not.toBeNull()
    })
  })

  describe('environments', () => {
    const portsOf = async (project: string): Promise<Record<string, number>> =>
      Object.fromEntries((await listEnvironments(open.db, project)).map(({ name, port }) => [name, port]))
    const make = (project: string, names: string[], firstPort = 17_071): Promise<void> =>
      inUnit(async (unit) => {
        for (const [position, name] of names.entries())
          await makeEnvironment(unit, { project, name, position, firstPort })
      })

    test('keep their port for good, wherever they stand in the policy, and no two share one', async () => {
      for (const slug of ['one', 'two']) await makeProject(open.db, slug)
      await make('one', ['staging', 'production'])
      await Promise.all([make('two', ['staging', 'production']), make('one', ['staging', 'production'])])
      const first = { staging: 17_071, production: 17_072 }
      expect(await portsOf('one')).toEqual(first)
      expect(await portsOf('two')).toEqual({ staging: 17_073, production: 17_074 })
      await make('one', ['preview', 'production', 'staging'])
      expect(await portsOf('one')).toEqual({ ...first, preview: 17_075 })
      await make('two', ['preview'], 17_060)
      expect((await portsOf('two'))['preview']).toBe(17_060)
    })

    test('of many new ones at once each gets a port of its own', async () => {
      const projects = Array.from({ length: 6 }, (_, index) => `many-${index}`)
      for (const slug of projects) await makeProject(open.db, slug)
      await Promise.all(projects.map((project) => make(project, ['staging', 'production'], 18_000)))
      const ports = (await Promise.all(projects.map(portsOf))).flatMap((named) => Object.values(named))
      expect(new Set(ports).size).toBe(12)
    })

    test('get no port beyond the last', async () => {
      await makeProject(open.db, 'last')
      await make('last', ['staging'], 65_535)
      await expect(make('last', ['production'], 65_535)).rejects.toMatchObject({ code: 'STORE_PORTS_TAKEN' })
    })

    test('have one database, also when two give them one at once', async () => {
      await makeProject(open.db, 'base')
      await make('base', ['staging'], 0)
      const offers = ['a', 'b', 'c'].map((password) => ({ name: 'n', role: 'n', password }))
      const chosen = await Promise.all(
        offers.map((offer) => chooseEnvironmentDatabase(open.db, 'base', 'staging', offer)),
      )
      expect(new Set(chosen.map(({ password }) => password)).size).toBe(1)
      const [row] = await listEnvironments(open.db, 'base')
      expect(row?.database_password).toBe(chosen[0]?.password)
    })
  })

  describe('sign-in', () => {
    test('a link is used once, also by two at once', async () => {
      await insertSignInLink(open.db, { tokenHash: 'once', expiresAtMs: 1000, nowMs: 0 })
      const used = await Promise.all([useSignInLink(open.db, 'once', 999), useSignInLink(open.db, 'once', 999)])
      expect(used.toSorted()).toEqual([false, true])
    })

    test('a link that is too old signs nobody in', async () => {
      await insertSignInLink(open.db, { tokenHash: 'old', expiresAtMs: 1000, nowMs: 0 })
      expect(await useSignInLink(open.db, 'old', 1000)).toBe(false)
    })

    test('a session ends by its time or by its person', async () => {
      const actor = { kind: 'person', id: 'session:1' } as const
      await insertSession(open.db, { idHash: 'one', actor, csrf: 'c', expiresAtMs: 1000, nowMs: 0 })
      expect(await findSession(open.db, 'one', 999)).toEqual({ actor, csrf: 'c' })
      expect(await findSession(open.db, 'one', 1000)).toBeNull()
      await deleteSession(open.db, 'one')
      expect(await findSession(open.db, 'one', 0)).toBeNull()
    })
  })

  describe('databases of services', () => {
    const databases = ['staging', 'production'].map((environment) => {
      const name = serviceDatabaseName(`p${randomUUID().slice(0, 8)}`, environment)
      return { name, role: name, password: 'kept secret' }
    }) as [Parameters<typeof ensureServiceDatabase>[1], Parameters<typeof ensureServiceDatabase>[1]]
    const [own, other] = databases

    beforeAll(() => Promise.all([...databases, own].map((database) => ensureServiceDatabase(open.db, database))))
    afterAll(async () => {
      for (const { name, role } of databases) {
        await sql`drop database ${sql.id(name)} with (force)`.execute(open.db)
        await sql`drop role ${sql.id(role)}`.execute(open.db)
      }
    })

    const as = async (database: string, statement: string): Promise<unknown> => {
      const server = new URL((url ?? '').replace(/@\//, '@socket/'))
      const client = new pg.Client({
        host: server.searchParams.get('host') ?? server.hostname,
        user: own.role,
        password: own.password,
        database,
      })
      try {
        await client.connect()
        return (await client.query(statement)).rows
      } finally {
        await client.end()
      }
    }

    test('its role does as it likes in its own', async () => {
      await as(own.name, 'create table t (a int)')
      expect(await as(own.name, 'select count(*)::int from t')).toEqual([{ count: 0 }])
    })

    test('its role connects neither to another environment’s nor to Sluice’s', async () => {
      await expect(as(other.name, 'select 1')).rejects.toThrow(/permission denied for database/)
      await expect(as(fresh.name, 'select 1')).rejects.toThrow(/permission denied for database/)
    })

    test.each(['create role r', 'create database d', 'alter role current_user superuser'])(
      'its role may not: %s',
      async (statement) => {
        await expect(as(own.name, statement)).rejects.toThrow(/permission denied|must be/)
      },
    )

    test('names are unique and fit, whatever the parts', () => {
      expect(serviceDatabaseName('a-b', 'c')).not.toBe(serviceDatabaseName('a', 'b-c'))
      const long = 'x'.repeat(63)
      expect(serviceDatabaseName(long, 'one')).toHaveLength(62)
      expect(serviceDatabaseName(long, 'one')).not.toBe(serviceDatabaseName(long, 'two'))
    })
  })

  describe('holdAlone()', () => {
    const lockOf = async (): Promise<number | null> => {
      const held = sql<{ pid: number }>`select pid from pg_locks join pg_database on database = pg_database.oid
        where locktype = 'advisory' and granted and datname = ${fresh.name} and objid = ${lockNumber & 0xffffffffn}`
      return (await held.execute(open.db)).rows[0]?.pid ?? null
    }
    const lockNumber = 7_102_026_002n
    const cut = (pid: number | null) => sql`select pg_terminate_backend(${pid})`.execute(open.db)
    /** What `onLost` is told. */
    const losing = () => {
      const lost = Promise.withResolvers<unknown>()
      return { options: { patienceMs: 0, onLost: lost.resolve }, lost: lost.promise }
    }

    test('one server holds a database; the next is refused with a sentence, until the first lets go', async () => {
      const { options } = losing()
      const letGo = await holdAlone(fresh.url, options)
      await expect(holdAlone(fresh.url, options)).rejects.toMatchObject({ code: 'STORE_IN_USE' })
      await letGo()
      const again = await holdAlone(fresh.url, { ...options, patienceMs: 10_000 })
      await again()
    })

    test('the lock is taken again when its connection breaks', async () => {
      const letGo = await holdAlone(fresh.url, losing().options)
      const before = await lockOf()
      await cut(before)
      let after = await lockOf()
      while (after === null || after === before) after = await lockOf()
      await expect(holdAlone(fresh.url, losing().options)).rejects.toMatchObject({ code: 'STORE_IN_USE' })
      await letGo()
    })

    test('who lost the database to another server is told', async () => {
      const { options, lost } = losing()
      const letGo = await holdAlone(fresh.url, options)
      const other = await takeOver(fresh.url)
      expect(await lost).toMatchObject({ code: 'STORE_IN_USE', message: expect.stringContaining('Cannot go on') })
      await other()
      await letGo()
    })

    test('who lets go while another server has the database is told nothing of that', async () => {
      const tries = async (): Promise<number> => {
        const trying = sql`select from pg_stat_activity where datname = ${fresh.name}
          and query like 'select pg_try_advisory_lock%'`
        return (await trying.execute(open.db)).rows.length
      }
      const onLost = vi.fn()
      const letGo = await holdAlone(fresh.url, { onLost, patienceMs: 10_000 })
      const other = await takeOver(fresh.url)
      await expect.poll(tries).toBe(1)
      await letGo()
      await expect.poll(tries).toBe(0)
      expect(onLost).not.toHaveBeenCalled()
      await other()
    })

    test('a database that is away is named so', async () => {
      const nowhere = 'postgres://x:y@127.0.0.1:1/none'
      await expect(holdAlone(nowhere, losing().options)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' })
    })
  })

  describe('LogListener', () => {
    const listening = async (): Promise<LogListener> => {
      const listener = new LogListener(fresh.url)
      await listener.open()
      return listener
    }
    const notice = { seq: 0, project: 'card', runId: null, kind: 'job.log' }
    const next = (listener: LogListener): Promise<unknown> =>
      new Promise((resolve) => {
        const stop = listener.onAnnouncement((announcement) => {
          stop()
          resolve(announcement)
        })
      })

    test('hears of an entry after its commit, and not before', async () => {
      const listener = await listening()
      const heard = next(listener)
      const kept = await inUnit(async (unit) => {
        const seq = await appendEntry(unit, entryContext('heard'), 'session.opened', { sessionId: 's' })
        // Announced later and committed at once: it arrives first.
        await announce(open.db, notice)
        expect(await heard).toEqual(notice)
        return { seq, after: next(listener) }
      })
      expect(await kept.after).toMatchObject({ seq: kept.seq, project: 'heard', kind: 'session.opened' })
      await listener.close()
    })

    test('passes over what is no announcement', async () => {
      const listener = await listening()
      const heard = next(listener)
      await sql`select pg_notify('sluice_log', 'no json')`.execute(open.db)
      await announce(open.db, notice)
      expect(await heard).toEqual(notice)
      await listener.close()
    })

    test('connects again after a break, says that there was a gap, and hears on', async () => {
      const listener = await listening()
      const gap = new Promise<void>((resolve) => listener.onGap(resolve))
      await fresh.cutConnections()
      await gap
      const heard = next(listener)
      // Connections of the pool may still be about to find out that they were cut.
      const other = await openDatabase(fresh.url)
      await announce(other.db, notice)
      expect(await heard).toEqual(notice)
      await other.close()
      await listener.close()
    })

    test('says so where there is nobody to listen to', async () => {
      const listener = new LogListener(fresh.url.replace(fresh.name, 'absent'))
      await expect(listener.open()).rejects.toThrow(/does not exist/)
      await listener.close()
    })
  })

  test('several servers may open a new database at once', async () => {
    const empty = await freshDatabase(url ?? '')
    const opened = await Promise.all(Array.from({ length: 4 }, () => openDatabase(empty.url)))
    expect(await readLog(opened[0]?.db ?? open.db, {})).toEqual([])
    await Promise.all(opened.map(({ close }) => close()))
    await empty.drop()
  })

  test('a database of a newer version is refused with a word of its own', async () => {
    const newer = await freshDatabase(url ?? '')
    const opened = await openDatabase(newer.url)
    await sql`insert into kysely_migration (name, timestamp) values ('9999-later', '')`.execute(opened.db)
    await opened.close()
    await expect(openDatabase(newer.url)).rejects.toMatchObject({ code: 'STORE_NEWER' })
    await newer.drop()
  })

  test('a database that is not there is named', async () => {
    const missing = fresh.url.replace(fresh.name, 'absent')
    await expect(openDatabase(missing)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' })
  })
})

function entryContext(project: string, runId: string | null = null) {
  return { id: randomUUID(), atMs: 0, actor: { kind: 'system', id: 'test' } as const, project, runId }
}

const sessionOf = (entry: LogEntry): string => (entry.kind === 'session.opened' ? entry.payload.sessionId : '')
