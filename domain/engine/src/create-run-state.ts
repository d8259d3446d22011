import type { Plan } from '@sluice/contracts/plan'
import type { RunGate, RunJob, RunState } from './run-state.ts'

/**
 * The state of a run before anything has happened. Gates whose stage the plan does not have stand after the last
 * stage, so that a change cannot slip past a gate by leaving its stage out.
 */
export function createRunState(runId: string, plan: Plan, gates: { name: string; after: string }[]): RunState {
  const jobs = Object.fromEntries(plan.jobs.map((job) => [job.name, runJobOf(job, plan.stages.indexOf(job.stage))]))
  return {
    version: 1,
    runId,
    status: 'running',
    cancelRequested: false,
    ...(plan.autoCancel === undefined ? {} : { autoCancel: plan.autoCancel }),
    stages: plan.stages,
    jobs,
    gates: gates.map((gate) => runGateOf(gate, plan.stages)),
  }
}

const noChild = { status: 'none', runId: null } as const

function runJobOf(job: Plan['jobs'][number], stageIndex: number): RunJob {
  return {
    name: job.name,
    stage: job.stage,
    stageIndex,
    needs: job.needs?.map(({ job: name, optional }) => ({ job: name, optional })) ?? null,
    when: job.when,
    startInMs: job.startInMs,
    allowFailure: job.allowFailure,
    retry: job.retry,
    resourceGroup: job.resourceGroup,
    ...(job.interruptible ? { interruptible: true } : {}),
    status: 'created',
    attempt: 0,
    reason: '',
    exitCode: null,
    startedAtMs: null,
    dueAtMs: null,
    ...(job.downstream === undefined ? {} : { child: { strategy: job.downstream.strategy ?? null, ...noChild } }),
  }
}

function runGateOf(gate: { name: string; after: string }, stages: string[]): RunGate {
  const found = stages.indexOf(gate.after)
  return { name: gate.name, after: gate.after, stageIndex: found === -1 ? stages.length - 1 : found, state: 'waiting' }
}
