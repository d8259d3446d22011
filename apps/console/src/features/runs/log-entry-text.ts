import type { Sentence } from '@sluice/contracts/api'
import type { EventKind, LogEntry } from '@sluice/contracts/events'
import type { TextKey } from '../../shared/i18n/texts.ts'
import type { Tone } from '../../shared/ui/tone.ts'

/** How an entry is told: a text of the console's with values, and what the server added in words. */
export interface EntryText {
  tone: Tone
  key: TextKey
  values: Record<string, string | number>
  detail: Sentence | string | null
}

type Teller<K extends EventKind> = (payload: Extract<LogEntry, { kind: K }>['payload']) => EntryText

const outcomeTones = { success: 'good', failed: 'bad', canceled: 'idle' } as const
const deploymentTones = { promoted: 'good', aborted: 'bad', failed: 'bad' } as const
const judgementTones = { pass: 'good', fail: 'bad', inconclusive: 'warn' } as const

const tellers: { [K in EventKind]: Teller<K> } = {
  'project.registered': (p) => told('idle', 'entry.projectRegistered', { name: p.name }),
  'change.pushed': (p) => told('idle', 'entry.changePushed', { ref: p.ref, author: p.author }, p.title),
  'session.opened': () => told('idle', 'entry.sessionOpened', {}),
  'runner.registered': (p) => told('idle', 'entry.runnerRegistered', { name: p.name }),
  'run.created': (p) => told('idle', 'entry.runCreated', { number: p.number, jobs: p.jobs.length, ref: p.ref }),
  'run.cancel-requested': (p) => told('warn', 'entry.cancelRequested', {}, p.reason),
  'run.outdated': (p) =>
    p.jobs === 'all'
      ? told('idle', 'entry.runOutdated', { number: p.byRunNumber })
      : told('idle', 'entry.jobsOutdated', { number: p.byRunNumber, jobs: p.jobs.join(', ') }),
  'resource-group.configured': (p) =>
    told('idle', 'entry.resourceGroupConfigured', { group: p.group, mode: p.processMode }),
  'producers.accepted': (p) => told('warn', 'entry.producersAccepted', {}, p.reason),
  'job.due': (p) => told('idle', 'entry.jobDue', { job: p.job }),
  'job.played': (p) => told('idle', 'entry.jobPlayed', { job: p.job }),
  'job.started': (p) => told('busy', 'entry.jobStarted', { job: p.job, attempt: p.attempt, runner: p.runnerId }),
  'job.finished': (p) =>
    told(outcomeTones[p.outcome], jobFinishedKeys[p.outcome], { job: p.job, code: p.exitCode ?? '–' }, p.reason),
  'child.begun': (p) => told('busy', 'entry.childBegun', { job: p.job, number: p.number }),
  'child.refused': (p) => told('bad', 'entry.childRefused', { job: p.job }, p.reason),
  'child.ended': (p) =>
    told(childTones[p.status], childEndedKeys[p.status], { job: p.job, number: p.number }, p.reason),
  'job.skipped': (p) => told('idle', 'entry.jobSkipped', { job: p.job }, p.reason),
  'evidence.recorded': (p) => told('good', 'entry.evidenceRecorded', { name: p.name, tool: p.tool, job: p.job }),
  'evidence.refused': (p) =>
    told('bad', 'entry.evidenceRefused', { name: p.name, job: p.job, code: p.code }, p.message),
  'gate.decided': (p) =>
    told(
      p.decision === 'open' ? 'good' : 'bad',
      p.decision === 'open' ? 'entry.gateOpen' : 'entry.gateClosed',
      { gate: p.gate },
      p.sentence,
    ),
  'run.finished': (p) => told(outcomeTones[p.status], runFinishedKeys[p.status], {}, p.reason),
  'release.created': (p) => told('good', 'entry.releaseCreated', { version: p.version, files: p.files }),
  'delivery.stopped': (p) => told('bad', 'entry.deliveryStopped', {}, p.sentence),
  'deployment.started': (p) => told('busy', 'entry.deploymentStarted', { environment: p.environment }),
  'rollout.stepped': (p) => told('busy', 'entry.rolloutStepped', { environment: p.environment, weight: p.weight }),
  'rollout.judged': (p) =>
    told(
      judgementTones[p.judgement.result],
      'entry.rolloutJudged',
      { environment: p.environment, weight: p.weight },
      p.judgement.sentence,
    ),
  'deployment.finished': (p) =>
    told(deploymentTones[p.outcome], deploymentFinishedKeys[p.outcome], { environment: p.environment }, p.sentence),
  'environment.healthy': (p) =>
    told('good', p.adopted ? 'entry.environmentAdopted' : 'entry.environmentHealthy', { environment: p.environment }),
  'environment.stopped': (p) => told('idle', 'entry.environmentStopped', { environment: p.environment }),
}

const jobFinishedKeys = {
  success: 'entry.jobSucceeded',
  failed: 'entry.jobFailed',
  canceled: 'entry.jobCanceled',
} as const
const childTones = { ...outcomeTones, skipped: 'idle' } as const
const childEndedKeys = {
  success: 'entry.childSucceeded',
  failed: 'entry.childFailed',
  canceled: 'entry.childCanceled',
  skipped: 'entry.childSkipped',
} as const
const runFinishedKeys = {
  success: 'entry.runSucceeded',
  failed: 'entry.runFailed',
  canceled: 'entry.runCanceled',
} as const
const deploymentFinishedKeys = {
  promoted: 'entry.deploymentPromoted',
  aborted: 'entry.deploymentAborted',
  failed: 'entry.deploymentFailed',
} as const

function told(tone: Tone, key: TextKey, values: EntryText['values'], detail: EntryText['detail'] = null): EntryText {
  return { tone, key, values, detail }
}

/** How an entry of the log is told. An entry of a kind that this console does not know yet shows its kind. */
export function entryText(entry: LogEntry): EntryText {
  const teller = tellers[entry.kind] as Teller<EventKind> | undefined
  return teller === undefined ? told('idle', 'entry.unknown', { kind: entry.kind }) : teller(entry.payload)
}
