import type { LogEntry } from '@sluice/contracts/events'
import { expect, it } from 'vitest'
import { entryText } from './log-entry-text.ts'

const base = {
  seq: 1,
  id: 'e1',
  at: '2026-01-01T00:00:00Z',
  actor: { kind: 'system', id: 'engine' },
  project: 'card',
  runId: 'r1',
} as const
const sentence = { en: 'no', zh: '否' }

it.each<[string, LogEntry, string, string]>([
  [
    'a failed job as bad news',
    {
      ...base,
      kind: 'job.finished',
      payload: {
        job: 'test',
        stage: 'test',
        attempt: 1,
        outcome: 'failed',
        reason: 'script failed',
        exitCode: 1,
        durationMs: 5,
      },
    },
    'bad',
    'entry.jobFailed',
  ],
  [
    'an open gate as good news',
    {
      ...base,
      kind: 'gate.decided',
      payload: { gate: 'quality', verdictId: 'v', decision: 'open', clauses: [], sentence },
    },
    'good',
    'entry.gateOpen',
  ],
  [
    'an aborted rollout as bad news',
    {
      ...base,
      kind: 'deployment.finished',
      payload: {
        deploymentId: 'd',
        releaseId: 'l',
        environment: 'production',
        tier: 'production',
        outcome: 'aborted',
        sentence,
        commits: [],
      },
    },
    'bad',
    'entry.deploymentAborted',
  ],
])('entryText() tells %s', (_, entry, tone, key) => {
  expect(entryText(entry)).toMatchObject({ tone, key })
})

it('entryText() shows the kind of an entry that it does not know', () => {
  const entry = { ...base, kind: 'moon.rose', payload: {} } as unknown as LogEntry
  expect(entryText(entry)).toMatchObject({ key: 'entry.unknown', values: { kind: 'moon.rose' } })
})
