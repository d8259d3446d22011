import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fromVersion1, replayRollout, replayRun, stored, type RolloutRecording, type RunRecording } from './replay.ts'

const filesIn = (folder: string): string[] =>
  readdirSync(join(import.meta.dirname, folder)).map((name) => join(import.meta.dirname, folder, name))
const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))
const nameOf = (file: string): string => file.slice(import.meta.dirname.length + 1)

/** How each recording ends, so that none is empty or of something else. */
const ends: Record<string, object> = {
  'runs/run-success.v1.json': { status: 'success' },
  'runs/run-gate-closed.v1.json': { status: 'failed' },
  'runs/run-retry.v1.json': { status: 'success', jobs: { test: { attempt: 2 } } },
  'runs/run-cancel.v1.json': { status: 'canceled' },
  'runs/run-success.v2.json': { status: 'success', jobs: { package: { resourceGroup: 'production' } } },
  'runs/run-gate-closed.v2.json': { status: 'failed' },
  'runs/run-retry.v2.json': { status: 'success', jobs: { test: { attempt: 2 } } },
  'runs/run-cancel.v2.json': { status: 'canceled' },
  'runs/run-outdated.v2.json': { status: 'canceled', cancelReason: 'canceled for run 7 of a newer commit' },
  'runs/run-fails-fast.v2.json': { status: 'failed', jobs: { test: { status: 'canceled' } } },
  'runs/run-children.v2.json': {
    status: 'success',
    jobs: { waited: { child: { status: 'success' } }, left: { status: 'success', child: { status: 'failed' } } },
  },
  'rollouts/rollout-promoted.v1.json': { phase: { kind: 'finished', outcome: 'promoted' } },
  'rollouts/rollout-aborted.v1.json': { phase: { kind: 'finished', outcome: 'aborted' } },
  'rollouts/rollout-promoted.v2.json': { phase: { kind: 'finished', outcome: 'promoted' }, verified: true },
  'rollouts/rollout-aborted.v2.json': { phase: { kind: 'finished', outcome: 'aborted' }, verified: true },
}

test('every recording is known, and every known one is there', () => {
  expect([...filesIn('runs'), ...filesIn('rollouts')].map(nameOf).toSorted()).toEqual(Object.keys(ends).toSorted())
})

/** Version 1 did not note it, and what stands there is a guess. */
function withoutNote(step: object): unknown {
  return JSON.parse(JSON.stringify(step, (key, value: unknown) => (/^(verified|digestVerified|succeeded)$/.test(key) ? undefined : value)))
}

describe('what an older version kept goes on as it would have then', () => {
  test.each(filesIn('runs').map((file) => [nameOf(file), file]))('%s', (name, file) => {
    const recording = read(file) as RunRecording
    const replayed = stored(replayRun(recording))
    expect(name.endsWith('.v1.json') ? replayed.map(withoutNote) : replayed).toEqual(recording.steps)
    expect(recording.steps.at(-1)?.state).toMatchObject(ends[name] ?? {})
  })

  test.each(filesIn('rollouts').map((file) => [nameOf(file), file]))('%s', (name, file) => {
    const recording = read(file) as RolloutRecording
    const isOld = name.endsWith('.v1.json')
    const steps = recording.steps.map((step) => (isOld ? { ...step, state: fromVersion1(step.state) } : step))
    const input = steps[0]?.state.input ?? recording.input
    const replayed = stored(replayRollout({ ...recording, input, steps }))
    expect(replayed.map(isOld ? withoutNote : (step) => step)).toEqual(isOld ? steps.map(withoutNote) : steps)
    expect(recording.steps.at(-1)?.state).toMatchObject(ends[name] ?? {})
  })
})
