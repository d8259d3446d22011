import type { EnvironmentPolicy } from '@sluice/contracts/policy'
import { SluiceError } from '@sluice/kernel'
import { sampleEnvironment } from '@sluice/rollout/testing'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { findProject, readLog } from '@sluice/store-postgres'
import { digest } from '@sluice/store-postgres/testing'
import { RolloutRig } from '../../testing/rollout-rig.ts'
import { keepServing } from './keep-serving.ts'
import { stopEnvironment } from './stop-environment.ts'

const { url, reason } = inject('postgres')

const policyOf = (command: string): EnvironmentPolicy => {
  const sample = sampleEnvironment('recreate', false)
  return { ...sample, target: { ...sample.target, command: [command] } }
}

describe.skipIf(url === null)(`deliveries and rollouts ${reason}`, () => {
  let rig: RolloutRig
  beforeAll(async () => {
    rig = await RolloutRig.open(url ?? '')
  })
  afterEach(() => rig.calm())
  afterAll(() => rig?.close())

  const serves = (project: string) => expect.poll(() => rig.serves(project), { timeout: 10_000 })

  test('a delivery that comes after that of a later run leaves its release in place, and says so', async () => {
    const first = await rig.newDelivery('order', policyOf('one'))
    const second = await rig.newDelivery('order', policyOf('two'))
    expect(await rig.deploy(second)).toMatchObject({ outcome: 'promoted' })
    await rig.task('begin-deployment', first)
    expect(await rig.deployment(first)).toBeNull()
    const { status, sentence } = await rig.delivery(first)
    expect([status, sentence.en]).toEqual(['stopped', expect.stringContaining('already runs the release of run')])
  })

  describe('a delivery that is canceled', () => {
    test('while another deployment holds the environment begins none when that one ends', async () => {
      const first = await rig.newDelivery('queue', policyOf('one'))
      const second = await rig.newDelivery('queue', policyOf('two'))
      await rig.task('begin-deployment', first)
      await rig.task('begin-deployment', second)
      expect((await rig.delivery(second)).sentence.en).toContain('waits for the deployment under way')
      await rig.tell(second, { kind: 'cancel-requested' })
      expect(await rig.delivery(second)).toMatchObject({ status: 'stopped' })
      await rig.driver.drive((await rig.deployment(first))?.id ?? '')
      await rig.task('begin-deployment', second)
      expect(await rig.deployment(second)).toBeNull()
      expect((await rig.logOf('queue')).filter((kind) => kind === 'deployment.started')).toHaveLength(1)
    })

    test('in the very moment in which its deployment begins begins none', async () => {
      const runId = await rig.newDelivery('moment', policyOf('one'))
      rig.router.beforeStatus = () => rig.tell(runId, { kind: 'cancel-requested' })
      await rig.task('begin-deployment', runId)
      expect(await rig.deployment(runId)).toBeNull()
      expect(await rig.delivery(runId)).toMatchObject({ status: 'stopped' })
    })

    test('by an earlier version that waited for its deployment stops', async () => {
      const runId = await rig.newDelivery('earlier', policyOf('one'))
      await rig.store(runId, { ...(await rig.delivery(runId)), cancelRequested: true })
      await rig.task('begin-deployment', runId)
      await rig.task('cancel-deployment', runId)
      expect(await rig.deployment(runId)).toBeNull()
      expect(await rig.delivery(runId)).toMatchObject({ status: 'stopped' })
    })

    test('after its deployment began takes that one back', async () => {
      const runId = await rig.newDelivery('begun', policyOf('one'))
      await rig.task('begin-deployment', runId)
      await rig.tell(runId, { kind: 'cancel-requested' })
      expect(await rig.delivery(runId)).toMatchObject({ status: 'delivering', cancelRequested: true })
      await rig.task('cancel-deployment', runId)
      expect((await rig.deployment(runId))?.outcome).toBe('failed')
      expect(await rig.delivery(runId)).toMatchObject({ status: 'stopped' })
    })
  })

  describe('a deployment that cannot begin', () => {
    const takePort = (): void => {
      rig.router.beforeApply = async () => {
        throw new SluiceError('ROLLOUT_PORT_UNAVAILABLE', 'Cannot serve site "x": it is taken')
      }
    }

    test('says why, and ends the delivery with that reason after a while', async () => {
      const runId = await rig.newDelivery('taken', policyOf('one'))
      takePort()
      await rig.task('begin-deployment', runId)
      expect((await rig.delivery(runId)).sentence).toEqual({
        en: 'The deployment to "production" cannot begin, and is tried again: port 0 of 127.0.0.1, on which its URL is, is in use by another program.',
        zh: '暂时无法开始部署到环境 production，正在重试：其 URL 所用的 127.0.0.1 端口 0 被其他程序占用。',
      })
      rig.wait(120_000)
      await rig.task('begin-deployment', runId)
      const { status, sentence } = await rig.delivery(runId)
      expect([status, sentence.en]).toEqual([
        'stopped',
        expect.stringContaining('could not begin within 120 s: port 0'),
      ])
      expect(await rig.logOf('taken')).toContain('delivery.stopped')
    })

    test('is canceled at once', async () => {
      const runId = await rig.newDelivery('impatient', policyOf('one'))
      takePort()
      await rig.task('begin-deployment', runId)
      await rig.tell(runId, { kind: 'cancel-requested' })
      expect(await rig.delivery(runId)).toMatchObject({ status: 'stopped' })
    })

    test('begins when what stood against it is gone', async () => {
      const runId = await rig.newDelivery('patient', policyOf('one'))
      takePort()
      await rig.task('begin-deployment', runId)
      rig.calm()
      expect(await rig.deploy(runId)).toMatchObject({ outcome: 'promoted' })
      expect(await rig.delivery(runId)).toMatchObject({ status: 'delivered' })
    })
  })

  describe('what serves', () => {
    test('is started again under the policy that it was deployed with', async () => {
      await rig.deploy(await rig.newDelivery('policy', policyOf('deployed')))
      await rig.newDelivery('policy', policyOf('of a change that its gate stopped'))
      const { instance_id: before } = await rig.environment('policy')
      rig.place.kill(before ?? '')
      await serves('policy').not.toBeNull()
      expect(rig.target.started.at(-1)?.service.policy.command).toEqual(['deployed'])
    })

    test('is secured in the next rollout under the policy that it was deployed with', async () => {
      await rig.deploy(await rig.newDelivery('secured', policyOf('deployed')))
      rig.target.started.length = 0
      await rig.deploy(await rig.newDelivery('secured', policyOf('next')))
      const started = rig.target.started.map(({ role, service }) => [role, service.policy.command[0]])
      expect(started).toEqual([
        ['stable', 'deployed'],
        ['candidate', 'next'],
      ])
    })

    test('is started again when its instance died after the hand-over, and told as healthy then alone', async () => {
      await rig.deploy(await rig.newDelivery('late', policyOf('one')))
      const { instance_id: old } = await rig.environment('late')
      const second = await rig.newDelivery('late', policyOf('two'))
      rig.target.beforeStop = async (instanceId) => {
        if (instanceId !== old) return
        const { id } = (await rig.deployment(second)) ?? { id: '' }
        rig.place.kill(`${id}.candidate`)
        await expect.poll(async () => (await rig.deployment(second))?.state.instances.candidate?.status).toBe('lost')
      }
      expect(await rig.deploy(second)).toMatchObject({ outcome: 'promoted' })
      await serves('late').not.toBeNull()
      await expect.poll(() => rig.healthyBy('late')).toEqual(['rollout', 'environments'])
      expect(rig.target.started.at(-1)?.service.policy.command).toEqual(['two'])
    })

    test('is started again when it died while the new one was taken back', async () => {
      await rig.deploy(await rig.newDelivery('back', policyOf('one')))
      const { instance_id: old } = await rig.environment('back')
      const second = await rig.newDelivery('back', policyOf('two'))
      rig.target.beforeStart = async ({ role }) => {
        if (role === 'candidate') throw new Error('it cannot start')
      }
      rig.target.beforeStop = async (instanceId) => {
        if (!instanceId.endsWith('.candidate') || instanceId === old) return
        rig.place.kill(old ?? '')
        await expect.poll(async () => (await rig.deployment(second))?.state.instances.stable?.status).toBe('lost')
        rig.calm()
      }
      expect(await rig.deploy(second)).toMatchObject({ outcome: 'failed' })
      await serves('back').not.toBeNull()
    })

    test('is started again when a rollout ends before it was secured', async () => {
      await rig.deploy(await rig.newDelivery('early', policyOf('one')))
      const { instance_id: old } = await rig.environment('early')
      const second = await rig.newDelivery('early', policyOf('two'))
      await rig.task('begin-deployment', second)
      rig.place.kill(old ?? '')
      await rig.tell(second, { kind: 'cancel-requested' })
      await rig.task('cancel-deployment', second)
      await serves('early').not.toBeNull()
    })

    test('is started again after a start of the server with such a rollout open', async () => {
      await rig.deploy(await rig.newDelivery('reopened', policyOf('one')))
      const second = await rig.newDelivery('reopened', policyOf('two'))
      await rig.task('begin-deployment', second)
      rig.place.kill((await rig.environment('reopened')).instance_id ?? '')
      await rig.restartKeeper()
      expect(await rig.serves('reopened')).toBeNull()
      await rig.tell(second, { kind: 'cancel-requested' })
      await rig.task('cancel-deployment', second)
      await serves('reopened').not.toBeNull()
    })

    test('gives way to a new instance when it lives and stays unhealthy', async () => {
      await rig.deploy(await rig.newDelivery('ill', policyOf('one')))
      const before = await rig.serves('ill')
      rig.place.releases[digest] = { neverHealthy: true }
      rig.target.beforeStop = async () => void delete rig.place.releases[digest]
      rig.keeper.look({ project: 'ill', name: 'production' })
      await expect.poll(async () => ![null, before].includes(await rig.serves('ill')), { timeout: 10_000 }).toBe(true)
    })
  })

  describe('an environment that a person stops', () => {
    const actor = { kind: 'person', id: 'session:1' } as const
    const stop = async (project: string, name = 'production') => {
      const row = await findProject(rig.parts.db, project)
      if (row === null) throw new Error(`no project ${project}`)
      return stopEnvironment(rig.parts, row, name, actor)
    }

    test('serves nothing from then on, nobody starts it again, and a later delivery fills it', async () => {
      await rig.deploy(await rig.newDelivery('ended', policyOf('one')))
      const before = await rig.environment('ended')
      await rig.bringInForce('ended', [])
      await Promise.all([stop('ended'), stop('ended')])
      const told = await readLog(rig.parts.db, { project: 'ended' })
      expect(told.filter(({ kind }) => kind === 'environment.stopped')).toMatchObject([
        { actor, payload: { environment: 'production', releaseId: before.release_id } },
      ])
      const { site: name, port } = before
      expect(await rig.environment('ended')).toMatchObject({ port, release_id: null, instance_id: null })
      expect((await rig.router.status()).find((site) => site.name === name)).toMatchObject({ port, backends: [] })
      expect(rig.place.alive.has(before.instance_id ?? '')).toBe(false)
      const options = { replaceUnhealthy: true, signal: new AbortController().signal }
      rig.target.started.length = 0
      expect(await keepServing(rig.parts, before, options)).toBe(false)
      await rig.restartKeeper()
      expect([rig.target.started, await rig.serves('ended')]).toEqual([[], null])
      expect(await rig.deploy(await rig.newDelivery('ended', policyOf('two')))).toMatchObject({ outcome: 'promoted' })
      await serves('ended').not.toBeNull()
    })

    test('is refused while the policy in force names it, or none is in force, and while a deployment is under way', async () => {
      await rig.deploy(await rig.newDelivery('named', policyOf('one')))
      const why = /the policy in force names it; wanted one that sluice\.yml of "main" names no longer/
      await expect(stop('named')).rejects.toThrow(why)
      await rig.bringInForce('named', [policyOf('one')])
      await expect(stop('named')).rejects.toMatchObject({ code: 'ENVIRONMENT_NOT_STOPPABLE', status: 409 })
      await rig.bringInForce('named', [])
      const second = await rig.newDelivery('named', policyOf('two'))
      await rig.task('begin-deployment', second)
      await expect(stop('named')).rejects.toThrow('a deployment is under way there')
      await rig.driver.drive((await rig.deployment(second))?.id ?? '')
      await expect(stop('named', 'none')).rejects.toMatchObject({ code: 'ENVIRONMENT_UNKNOWN', status: 404 })
      await serves('named').not.toBeNull()
    })
  })

  describe('who keeps the environment, and a rollout that begins', () => {
    const options = { replaceUnhealthy: true, signal: new AbortController().signal }

    test('do not both start something: the instance that the rollout knows stays', async () => {
      await rig.deploy(await rig.newDelivery('both', policyOf('one')))
      const seen = await rig.environment('both')
      const second = await rig.newDelivery('both', policyOf('two'))
      await rig.task('begin-deployment', second)
      // Straight at the machine: nobody is told.
      rig.place.alive.delete(seen.instance_id ?? '')
      expect(await keepServing(rig.parts, seen, options)).toBe(false)
      expect((await rig.environment('both')).instance_id).toBe(seen.instance_id)
      await rig.driver.drive((await rig.deployment(second))?.id ?? '')
      expect((await rig.deployment(second))?.outcome).toBe('promoted')
      const roles = rig.target.started.filter(({ role }) => role === 'stable').map(({ instanceId }) => instanceId)
      expect(new Set(roles)).toEqual(new Set([seen.instance_id]))
    })

    test('do not both give the router a table', async () => {
      await rig.deploy(await rig.newDelivery('tables', policyOf('one')))
      const seen = await rig.environment('tables')
      await rig.task('begin-deployment', await rig.newDelivery('tables', policyOf('two')))
      const table = { name: seen.site, port: seen.port, generation: seen.generation + 1, backends: [] }
      await rig.router.apply(table)
      expect(await keepServing(rig.parts, seen, options)).toBe(false)
      const now = (await rig.router.status()).find(({ name }) => name === seen.site)
      expect(now).toMatchObject({ generation: table.generation, backends: [] })
    })

    test('a table that came in between is gone over by the rollout', async () => {
      await rig.deploy(await rig.newDelivery('between', policyOf('one')))
      const second = await rig.newDelivery('between', policyOf('two'))
      await rig.task('begin-deployment', second)
      const { site: name, port, generation } = await rig.environment('between')
      await rig.router.apply({ name, port, generation: generation + 5, backends: [] })
      await rig.driver.drive((await rig.deployment(second))?.id ?? '')
      expect((await rig.deployment(second))?.outcome).toBe('promoted')
      expect(await rig.serves('between')).not.toBeNull()
    })
  })
})
