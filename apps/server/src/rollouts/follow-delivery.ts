import type { Sentence } from '@sluice/contracts/api'
import type { Actor } from '@sluice/contracts/events'
import {
  decideDelivery,
  releaseDigest,
  releaseVersion,
  type DeliveryCommand,
  type DeliveryEvent,
  type ReleaseFile,
} from '@sluice/delivery'
import { reasonSentence } from '@sluice/engine'
import { SluiceError, unreachable, type Clock, type Ids } from '@sluice/kernel'
import {
  announce,
  appendEntry,
  askFor,
  insertRelease,
  listVerdicts,
  lockRun,
  storeDelivery,
  type RunRow,
  type Unit,
} from '@sluice/store-postgres'
import { releaseFilesOf } from './release-files-of.ts'
import { releaseRefusal } from './release-refusal.ts'
import { replacedPolicy } from './replaced-policy.ts'

const delivery: Actor = { kind: 'system', id: 'delivery' }

/** Delivery's events as they are told from outside; the sentence of a run that did not succeed is made here. */
export type ToldEvent = Exclude<DeliveryEvent, { kind: 'run.finished' }> | RunEnd

type RunEnd = Omit<Extract<DeliveryEvent, { kind: 'run.finished' }>, 'sentence'>

interface Sources {
  clock: Clock
  ids: Ids
}

/**
 * One step of a run's delivery, with all that follows from it, in the caller's transaction and under the run's lock.
 * Whoever holds the lock of a journal or of a deployment took it before this one.
 */
export async function followDelivery(unit: Unit, sources: Sources, runId: string, told: ToldEvent): Promise<void> {
  const run = await lockRun(unit, runId)
  if (run === null || !run.deliver) return
  const event = told.kind === 'run.finished' ? { ...told, sentence: await stopSentence(unit, run, told) } : told
  const step = decideDelivery(run.delivery, event)
  if (step.state === run.delivery) return
  await storeDelivery(unit, runId, step.state)
  await announce(unit, { seq: 0, project: run.project, runId, kind: 'delivery.changed' })
  for (const command of step.commands) await carryOut(unit, sources, run, command)
}

/** Why a run that did not succeed is not released, where there is more to say than the run's own reason. */
async function stopSentence(unit: Unit, run: RunRow, { status, reason }: RunEnd): Promise<Sentence | null> {
  if (status !== 'canceled' || reason === null) return closedSentence(unit, run)
  const { en, zh } = reasonSentence(reason)
  return { en: `Stopped before release: ${en}.`, zh: `发布前已停止：${zh}。` }
}

/** What the closed gate says; where reports are missing because a job failed before they could be made, that job first. */
async function closedSentence(unit: Unit, run: RunRow): Promise<Sentence | null> {
  const newest = new Map((await listVerdicts(unit, run.id)).map((verdict) => [verdict.gate, verdict]))
  const closed = [...newest.values()].find(({ decision }) => decision === 'closed')
  if (closed === undefined) return null
  const isMissing = closed.clauses.some(({ state }) => state === 'missing')
  const failed = Object.values(run.state.jobs).find(({ status }) => status === 'failed')
  if (!isMissing || failed === undefined) return closed.sentence
  const { en, zh } = closed.sentence
  return {
    en: `Job "${failed.name}" failed (${failed.reason}), see its log. ${en}`,
    zh: `作业“${failed.name}”失败（${failed.reason}），请查看其日志。${zh}`,
  }
}

async function carryOut(unit: Unit, sources: Sources, run: RunRow, command: DeliveryCommand): Promise<void> {
  switch (command.kind) {
    case 'create-release':
      return createRelease(unit, sources, run)
    case 'deploy': {
      const payload = { runId: run.id, environment: command.environment, releaseId: command.releaseId }
      return askFor(unit, 'begin-deployment', payload, { key: `deploy:${run.id}:${command.environment}` })
    }
    case 'cancel-deployment':
      return askFor(unit, 'cancel-deployment', { runId: run.id, environment: command.environment })
    case 'record-stop': {
      const context = {
        id: sources.ids.next(),
        atMs: sources.clock.now(),
        actor: delivery,
        project: run.project,
        runId: run.id,
      }
      await appendEntry(unit, context, 'delivery.stopped', { sentence: command.sentence })
      return
    }
    default:
      return unreachable(command)
  }
}

async function createRelease(unit: Unit, sources: Sources, run: RunRow): Promise<void> {
  const { clock, ids } = sources
  const replaced = await replacedPolicy(unit, run)
  if (replaced !== null) return followDelivery(unit, sources, run.id, { kind: 'release.refused', reason: replaced })
  let files: ReleaseFile[]
  try {
    files = await releaseFilesOf(unit, run.id, run.policy.release)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return followDelivery(unit, sources, run.id, {
      kind: 'release.refused',
      reason: releaseRefusal(run, error.message),
    })
  }
  const release = { id: ids.next(), version: releaseVersion(run.number, run.commit), digest: releaseDigest(files) }
  await insertRelease(unit, {
    ...release,
    project: run.project,
    runId: run.id,
    commit: run.commit,
    files,
    createdAtMs: clock.now(),
  })
  const context = { id: ids.next(), atMs: clock.now(), actor: delivery, project: run.project, runId: run.id }
  await appendEntry(unit, context, 'release.created', {
    releaseId: release.id,
    version: release.version,
    digest: release.digest,
    commit: run.commit,
    files: files.length,
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
  })
  await followDelivery(unit, sources, run.id, {
    kind: 'release.created',
    releaseId: release.id,
    version: release.version,
  })
}
