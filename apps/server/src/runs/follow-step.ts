import { unreachable, type Clock, type Ids } from '@sluice/kernel'
import type { JournalStep, ResourceGroupEvent, RunCommand, RunEvent } from '@sluice/engine'
import {
  appendEntry,
  askFor,
  findParent,
  findRun,
  insertVerdict,
  offerAttempt,
  requestCancel,
  type FollowStep,
  type RunRow,
  type Unit,
} from '@sluice/store-postgres'
import { askToBegin, askToCancel, askToTell } from '../children/ask-of-children.ts'
import { followResourceGroup } from '../resource-groups/follow-resource-group.ts'
import { followDelivery } from '../rollouts/follow-delivery.ts'
import { decideGate } from './decide-gate.ts'
import { engine } from './engine-actor.ts'
import { keepIfGood } from './keep-if-good.ts'

type Again = (event: RunEvent) => Promise<JournalStep>
type Recorded = Extract<RunCommand, { kind: 'record' }>['entry']
type ResourceCommand = Extract<RunCommand, { kind: 'claim-resource' | 'release-resource' }>

/** Writes what follows from a step of a run, in the step's own transaction: offers, log entries, verdicts, delivery. */
export function followStepWith(clock: Clock, ids: Ids): FollowStep {
  const entryOf = (run: RunRow) => ({
    id: ids.next(),
    atMs: clock.now(),
    actor: engine,
    project: run.project,
    runId: run.id,
  })

  async function follow(unit: Unit, run: RunRow, command: RunCommand, again: Again): Promise<void> {
    switch (command.kind) {
      case 'offer-job':
        return offerAttempt(unit, {
          runId: run.id,
          job: command.job,
          number: command.attempt,
          tags: run.plan.jobs.find(({ name }) => name === command.job)?.tags ?? [],
          nowMs: clock.now(),
        })
      case 'cancel-job':
        return requestCancel(unit, { runId: run.id, job: command.job, number: command.attempt, nowMs: clock.now() })
      case 'begin-child':
        return askToBegin(unit, { runId: run.id, job: command.job, attempt: command.attempt }, clock.now())
      case 'cancel-child':
        return askToCancel(unit, { runId: run.id, job: command.job, attempt: command.attempt })
      case 'wake':
        return askFor(
          unit,
          'job-due',
          { runId: run.id, job: command.job },
          { key: `due:${run.id}:${command.job}`, atMs: command.atMs },
        )
      case 'decide-gate':
        return decided(unit, run, command.gate, again)
      case 'claim-resource':
      case 'release-resource':
        return claimed(unit, run, command, again)
      case 'record':
        return recorded(unit, run, command.entry)
      default:
        return unreachable(command)
    }
  }

  async function decided(unit: Unit, run: RunRow, gate: string, again: Again): Promise<void> {
    const verdict = await decideGate(unit, run, gate, ids.next(), clock.now())
    if (verdict === null) return
    await insertVerdict(unit, verdict)
    const clauses = verdict.clauses.map(({ rule, state, evidence }) => ({ rule, state, evidence }))
    await appendEntry(unit, { ...entryOf(run), actor: { kind: 'system', id: 'gates' } }, 'gate.decided', {
      gate,
      verdictId: verdict.id,
      decision: verdict.decision,
      clauses,
      sentence: verdict.sentence,
    })
    await again({ kind: 'gate.decided', payload: { gate, decision: verdict.decision } })
  }

  async function claimed(unit: Unit, run: RunRow, command: ResourceCommand, again: Again): Promise<void> {
    const granted = await followResourceGroup(unit, run.project, command.group, eventOf(run, command), run.id)
    if (granted === null) return
    const { job, attempt } = granted
    await again({ kind: 'resource.granted', payload: { job, attempt } })
  }

  async function recorded(unit: Unit, run: RunRow, entry: Recorded): Promise<void> {
    await appendEntry(unit, entryOf(run), entry.kind, entry.payload as never)
    if (entry.kind !== 'run.finished') return
    await followDelivery(unit, { clock, ids }, run.id, {
      kind: 'run.finished',
      status: entry.payload.status,
      reason: entry.payload.reason,
    })
    if (entry.payload.status === 'success') await keepIfGood(unit, run.id, clock.now())
  }

  return async (unit, runId, step, again) => {
    if (step.changed && (await findParent(unit, runId)) !== null) await askToTell(unit, runId)
    if (step.commands.length === 0) return
    const run = await findRun(unit, runId)
    if (run === null) return
    for (const command of step.commands) await follow(unit, run, command, again)
  }
}

function eventOf({ id: runId, number: runNumber }: RunRow, command: ResourceCommand): ResourceGroupEvent {
  const { job } = command
  if (command.kind === 'release-resource') return { kind: 'released', runId, job }
  const { attempt, state } = command
  return { kind: 'claimed', claim: { runId, runNumber, job, attempt, state } }
}
