import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServiceSettings, StartRequest, Target } from '../src/index.ts'

/** What the suite needs of an implementation. */
export interface TargetSubject {
  target: Target
  /** Another target over the same place, as after a crash of the first: nobody closes that one before. */
  reopen(): Promise<Target>
  /** Releases by what they do. */
  releases: { well: string; neverHealthy: string; migrateFails: string }
  service: ServiceSettings
  /** Ends an instance from outside, by force. */
  kill(instanceId: string): Promise<void>
  /** How many migrations were really run. */
  migrations(): Promise<number>
  /** Whether the exercise runs. */
  exercising(exerciseId: string): Promise<boolean>
  close(): Promise<void>
}

/** Cases that every Target passes, the fake included. */
export function targetCases(name: string, open: () => Promise<TargetSubject>): void {
  describe(`${name} as Target`, () => {
    let subject: TargetSubject
    beforeAll(async () => {
      subject = await open()
    })
    afterAll(() => subject.close())

    const request = (instanceId: string, releaseDigest = subject.releases.well): StartRequest => ({
      instanceId,
      role: 'candidate',
      releaseDigest,
      service: subject.service,
    })
    const check = { path: '/health', timeoutMs: 15_000 }

    test('starts an instance that becomes healthy, and lists it', async () => {
      const started = await subject.target.start(request('one'))
      expect(started).toMatchObject({ instanceId: 'one', role: 'candidate', releaseDigest: subject.releases.well })
      expect(await subject.target.health('one', check)).toMatchObject({ healthy: true })
      expect(await subject.target.list()).toContainEqual(started)
    })

    test('a start that is repeated starts nothing, at the same time and after a crash', async () => {
      const [first, second] = await Promise.all([
        subject.target.start(request('again')),
        subject.target.start(request('again')),
      ])
      expect(second).toEqual(first)
      const later = await subject.reopen()
      expect(await later.list()).toContainEqual(first)
      expect(await later.start(request('again'))).toEqual(first)
    })

    test('instances of the same release have ports of their own', async () => {
      const [first, second] = await Promise.all([
        subject.target.start(request('left')),
        subject.target.start(request('right')),
      ])
      expect(first.port).not.toBe(second.port)
    })

    test('tells when an instance ends by itself, and starts it again on its port', async () => {
      const first = await subject.target.start(request('dies'))
      const told = Promise.withResolvers<string>()
      const end = subject.target.onExit((exit) => told.resolve(exit.instanceId))
      await subject.kill('dies')
      expect(await told.promise).toBe('dies')
      end()
      expect((await subject.target.list()).map(({ instanceId }) => instanceId)).not.toContain('dies')
      expect(await subject.target.health('dies', check)).toMatchObject({ healthy: false })
      const second = await subject.target.start(request('dies'))
      expect(second.port).toBe(first.port)
      expect(second.pid).not.toBe(first.pid)
    })

    test('a stopped instance is gone and never starts again', async () => {
      await subject.target.start(request('ends'))
      await subject.target.stop('ends', 5000)
      await subject.target.stop('ends', 5000)
      expect((await subject.target.list()).map(({ instanceId }) => instanceId)).not.toContain('ends')
      const refused = expect.objectContaining({ code: 'TARGET_INSTANCE_STOPPED' })
      await expect(subject.target.start(request('ends'))).rejects.toEqual(refused)
      await subject.target.stop('never-started', 0)
      await expect(subject.target.start(request('never-started'))).rejects.toEqual(refused)
    })

    test('says why an instance is not healthy', async () => {
      await subject.target.start(request('ill', subject.releases.neverHealthy))
      const { healthy, reason } = (await subject.target.health('ill', { ...check, timeoutMs: 1500 })) as {
        healthy: boolean
        reason: string
      }
      expect([healthy, reason]).toEqual([false, expect.stringContaining('503')])
    })

    test('a migration runs once for its command, and again where it failed', async () => {
      const { releases, service, target } = subject
      const migrate = { commandId: 'd1/migrate', releaseDigest: releases.well, service }
      expect(await target.migrate(migrate)).toMatchObject({ succeeded: true, exitCode: 0 })
      expect(await target.migrate(migrate)).toMatchObject({ succeeded: true, exitCode: 0 })
      expect(await subject.migrations()).toBe(1)
      const failing = { commandId: 'd2/migrate', releaseDigest: releases.migrateFails, service }
      expect(await target.migrate(failing)).toMatchObject({ succeeded: false, exitCode: 1 })
      expect((await target.migrate(failing)).output).toContain('migration failed')
      expect(await subject.migrations()).toBe(3)
    })

    test('without a migration in the policy there is nothing to do', async () => {
      const { migrate: _, ...policy } = subject.service.policy
      const request = { commandId: 'd3/migrate', releaseDigest: subject.releases.well }
      const result = await subject.target.migrate({ ...request, service: { ...subject.service, policy } })
      expect(result).toEqual({ succeeded: true, exitCode: null, output: '' })
    })

    test('an exercise runs until it is stopped, and its id never starts again', async () => {
      const { releases, service, target } = subject
      const exercise = {
        exerciseId: 'd1.exercise',
        releaseDigest: releases.well,
        service,
        targetUrl: 'http://127.0.0.1:9',
      }
      await target.startExercise(exercise)
      await target.startExercise(exercise)
      expect(await subject.exercising('d1.exercise')).toBe(true)
      await target.stopExercise('d1.exercise')
      expect(await subject.exercising('d1.exercise')).toBe(false)
      await target.startExercise(exercise)
      expect(await subject.exercising('d1.exercise')).toBe(false)
    })
  })
}
