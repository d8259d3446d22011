/**
 * Writes the recordings: `node tests/recordings/record.ts`. A recording that exists is never written again: it says
 * what a version did. A changed machine gets recordings with the next version in their names.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plan } from '@sluice/contracts/plan'
import { createRunState, decide, type RunEvent } from '@sluice/engine'
import { childJobOf, jobOf, planOf } from '@sluice/engine/testing'
import { advance, start, type PendingCommand, type RolloutEvent, type RolloutInput } from '@sluice/rollout'
import { sampleRollout } from '@sluice/rollout/testing'
import { stored, type RolloutRecording, type RunRecording } from './replay.ts'

const version = 'v2'
const jobs = planOf([
  jobOf('build', 'build', { interruptible: true }),
  jobOf('lint', 'test'),
  jobOf('test', 'test', { retry: { max: 1, when: ['script_failure'], exitCodes: [] } }),
  jobOf('package', 'package', { resourceGroup: 'production' }),
])
const plan: Plan = { ...jobs, autoCancel: { onNewCommit: 'conservative', onJobFailure: 'all' } }
const gates = [{ name: 'quality', after: 'test' }]

const finished = (job: string, attempt: number, outcome: 'success' | 'failed'): RunEvent => ({
  kind: 'job.finished',
  payload: {
    job,
    attempt,
    outcome,
    reason: outcome === 'failed' ? 'script_failure' : null,
    exitCode: outcome === 'failed' ? 1 : 0,
  },
})
const started = (job: string, attempt: number): RunEvent => ({
  kind: 'job.started',
  payload: { job, attempt, runnerId: 'runner', isolation: 'uid' },
})
const decided = (decision: 'open' | 'closed'): RunEvent => ({
  kind: 'gate.decided',
  payload: { gate: 'quality', decision },
})
const done = (job: string, attempt = 1): RunEvent[] => [started(job, attempt), finished(job, attempt, 'success')]
const begun: RunEvent = { kind: 'run.begun' }
const outdated: RunEvent = { kind: 'run.outdated', payload: { byRunNumber: 7 } }

const granted: RunEvent = { kind: 'resource.granted', payload: { job: 'package', attempt: 1 } }
const packaged = [granted, ...done('package')]

const runs: Record<string, RunEvent[]> = {
  'run-success': [begun, ...done('build'), ...done('lint'), ...done('test'), decided('open'), ...packaged],
  'run-gate-closed': [begun, ...done('build'), ...done('lint'), ...done('test'), decided('closed')],
  'run-retry': [
    begun,
    ...done('build'),
    ...done('lint'),
    started('test', 1),
    finished('test', 1, 'failed'),
    finished('test', 1, 'success'),
    ...done('test', 2),
    decided('open'),
    ...packaged,
  ],
  'run-cancel': [
    begun,
    ...done('build'),
    started('test', 1),
    { kind: 'run.cancel-requested', payload: { reason: 'canceled by ann' } },
    finished('test', 1, 'failed'),
  ],
  'run-outdated': [begun, started('build', 1), outdated, finished('build', 1, 'failed')],
  'run-fails-fast': [
    begun,
    ...done('build'),
    started('test', 1),
    started('lint', 1),
    finished('lint', 1, 'failed'),
    finished('test', 1, 'failed'),
  ],
}

const ofChild = (job: string) => ({ job, attempt: 1 })
const childBegun = (job: string): RunEvent => ({ kind: 'child.begun', payload: { ...ofChild(job), runId: `of-${job}` } })
const childEnded = (job: string, status: 'success' | 'failed'): RunEvent => ({
  kind: 'child.ended',
  payload: { ...ofChild(job), status, reason: status === 'failed' ? 'job "a" failed' : null },
})
const parent = planOf([
  childJobOf('waited', 'build', 'depend'),
  childJobOf('left', 'build', null),
  childJobOf('refused', 'build', 'mirror', { allowFailure: true }),
  jobOf('last', 'test'),
])
const withChildren: RunEvent[] = [
  begun,
  childBegun('waited'),
  childBegun('left'),
  { kind: 'child.refused', payload: { ...ofChild('refused'), reason: 'none of its jobs runs for this change' } },
  { kind: 'child.waits', payload: { ...ofChild('waited'), isWaiting: true } },
  { kind: 'child.waits', payload: { ...ofChild('waited'), isWaiting: false } },
  childEnded('waited', 'success'),
  ...done('last'),
  childEnded('left', 'failed'),
]

function recordRun(events: RunEvent[], { plan, gates }: Pick<RunRecording, 'plan' | 'gates'>): RunRecording {
  let state = createRunState('recorded', plan, gates)
  const steps = events.map((event, index) => {
    const atMs = 1000 * (index + 1)
    const decision = decide(state, event, atMs)
    state = decision.state
    return { atMs, event, ...decision }
  })
  return { version: 1, plan, gates, steps }
}

/** A world in which everything works, and the candidate's requests fail at a rate. */
function recordRollout(input: RolloutInput, candidateErrorRate: number): RolloutRecording {
  const steps: RolloutRecording['steps'] = []
  let state = start(input)
  let requests = 0
  const take = (event: RolloutEvent): void => {
    const atMs = 1000 * (steps.length + 1)
    const taken = advance(state, event, atMs)
    state = taken.state
    steps.push({ atMs, event, ...taken })
  }
  take({ kind: 'begun' })
  for (let command = state.pending[0]; command !== undefined; command = state.pending[0]) {
    requests += 500
    take(answerTo(command, requests, candidateErrorRate))
  }
  return { version: 1, input, steps }
}

function answerTo(command: PendingCommand, requests: number, candidateErrorRate: number): RolloutEvent {
  const commandId = command.id
  switch (command.kind) {
    case 'migrate':
      return { kind: 'migrated', commandId }
    case 'start-instance': {
      const port = command.role === 'stable' ? 4001 : 4002
      return { kind: 'instance-started', commandId, instanceId: command.instanceId, port, pid: port + 1000 }
    }
    case 'check-health':
      return { kind: 'healthy', commandId, instanceId: command.instanceId }
    case 'set-weights':
      return { kind: 'weights-set', commandId, generation: command.site.generation }
    case 'start-exercise':
      return { kind: 'exercise-started', commandId }
    case 'stop-exercise':
      return { kind: 'exercise-stopped', commandId }
    case 'stop-instance':
      return { kind: 'instance-stopped', commandId, instanceId: command.instanceId }
    default:
      return { kind: 'observed', commandId, counters: countersAt(requests, candidateErrorRate) }
  }
}

const countersAt = (requests: number, candidateErrorRate: number) =>
  ['d1.candidate', 'd2.candidate'].map((id) => ({
    id,
    requests,
    errors: id === 'd2.candidate' ? Math.round(requests * candidateErrorRate) : 0,
    latencyBoundsMs: [10, 100, null],
    latencyCounts: [requests, 0, 0],
  }))

function write(folder: string, name: string, recording: object): void {
  const file = join(import.meta.dirname, folder, `${name}.${version}.json`)
  if (existsSync(file)) return
  writeFileSync(file, `${JSON.stringify(stored(recording), null, 1)}\n`)
}

for (const [name, events] of Object.entries(runs)) write('runs', name, recordRun(events, { plan, gates }))
write('runs', 'run-children', recordRun(withChildren, { plan: parent, gates: [] }))
write('rollouts', 'rollout-promoted', recordRollout(sampleRollout(), 0))
write('rollouts', 'rollout-aborted', recordRollout(sampleRollout(), 0.3))
