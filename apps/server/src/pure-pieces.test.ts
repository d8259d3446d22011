import { sampleRollout } from '@sluice/rollout/testing'
import { start, type RolloutPhase } from '@sluice/rollout'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { urlOf } from './rollouts/service-settings.ts'
import { endOf } from './runner/finish-attempt.ts'
import { producerOf, reportsOf } from './runner/record-evidence.ts'
import { weightOf } from './views/deployment-view.ts'
import { wholeCharacters } from './views/whole-characters.ts'

describe('endOf', () => {
  test.each([
    [{ state: 'success' }, { status: 'success', exitCode: 0, reason: null }],
    [{ state: 'failed' }, { status: 'failed', exitCode: null, reason: 'unknown_failure' }],
    [
      { state: 'failed', failure_reason: 'script_failure', exit_code: 3 },
      { status: 'failed', exitCode: 3, reason: 'script_failure' },
    ],
    [
      { state: 'failed', failure_reason: 'script_failure', exit_code: 254, sluice_disk_full: true },
      { status: 'failed', exitCode: 254, reason: 'script_failure', isDiskFull: true },
    ],
    [
      { state: 'failed', failure_reason: 'image_pull_failure' },
      { status: 'failed', exitCode: null, reason: 'runner_system_failure' },
    ],
  ] as const)('takes %j for %j', (update, wanted) => {
    expect(endOf({ token: 't', ...update })).toEqual(wanted)
  })
})

describe('wholeCharacters', () => {
  test('pieces of any length give the text again, and none is empty while there is more', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.integer({ min: 4, max: 9 }), (text, length) => {
        const bytes = new TextEncoder().encode(text)
        let [read, whole] = [0, '']
        while (read < bytes.length) {
          const piece = wholeCharacters(bytes.subarray(read, read + length))
          expect(piece.length).toBeGreaterThan(0)
          whole += new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(piece)
          read += piece.length
        }
        expect(whole).toBe(text)
      }),
    )
  })

  test('bytes that are no text are kept, and a lone beginning waits for the rest', () => {
    expect(wholeCharacters(Uint8Array.of(0x80, 0x80, 0x80, 0x80))).toHaveLength(4)
    expect(wholeCharacters(Uint8Array.of(0x41, 0xe6, 0xb5))).toEqual(Uint8Array.of(0x41))
    expect(wholeCharacters(new Uint8Array())).toHaveLength(0)
  })
})

describe('producerOf', () => {
  test.each([
    [{ constructor: 'sha256:c' }, 'sha256:c'],
    [{}, null],
  ])('of job "constructor" in a protected branch with %j is %j', (protectedDefinitions, wanted) => {
    const run = { id: 'r', plan: { jobs: [] }, protected_definitions: protectedDefinitions }
    const attempt = { job: 'constructor', number: 1, runner_id: 'r', isolation: 'uid' }
    expect(producerOf(run as never, attempt as never).protectedDefinitionDigest).toBe(wanted)
  })
})

describe('reportsOf', () => {
  const source = (name: string, job: string) => ({ name, job, path: `reports/${name}.xml`, format: 'junit' as const })
  const policy = { version: 1 as const, reports: [source('tests', 'unit-test')], gates: [], environments: [] }
  const artifact = (type: string, name: string) => ({
    id: '1',
    attempt_id: 1,
    type,
    name,
    files: [{ path: 'junit.xml', mode: 0o644, sizeBytes: 1, digest: `sha256:${name}` }],
    file_count: 1,
    size_bytes: '1',
  })

  test.each([
    ['the policy’s own, from its job', 'unit-test', artifact('sluice_report', 'tests'), ['tests']],
    ['the policy’s own name, from another job', 'lint', artifact('sluice_report', 'tests'), []],
    ['a name that the policy does not know', 'unit-test', artifact('sluice_report', 'other'), []],
    [
      'GitLab’s kind, of a job that the policy does not name',
      'other-test',
      artifact('junit', 'junit.xml.gz'),
      ['junit'],
    ],
    ['GitLab’s kind, where the policy names that job and format', 'unit-test', artifact('junit', 'junit.xml.gz'), []],
    ['a kind without a reader', 'unit-test', artifact('dotenv', 'x'), []],
    ['an archive', 'unit-test', artifact('archive', 'tests'), []],
  ])('%s', (_name, job, handedIn, wanted) => {
    expect(reportsOf({ policy, proposed_policy: null }, job, [handedIn]).map(({ name }) => name)).toEqual(wanted)
  })

  test('GitLab’s kind never counts under a name of the policy', () => {
    const named = { ...policy, reports: [source('junit', 'unit-test')] }
    const policies = { policy: named, proposed_policy: null }
    expect(reportsOf(policies, 'other-test', [artifact('junit', 'junit.xml.gz')])).toEqual([])
  })

  test('a proposed policy adds its own reports, and takes none of the others away', () => {
    const proposed = { ...policy, reports: [source('tests', 'unit-test'), source('more', 'other-test')] }
    const policies = { policy, proposed_policy: proposed }
    const handedIn = ['tests', 'more', 'more.proposed'].map((name) => artifact('sluice_report', name))
    const names = (job: string) => reportsOf(policies, job, handedIn).map(({ name }) => name)
    expect([names('unit-test'), names('other-test')]).toEqual([['tests'], ['more.proposed']])
    const kinds = reportsOf(policies, 'other-test', [artifact('junit', 'junit.xml.gz')])
    expect(kinds.map(({ name }) => name)).toEqual(['junit'])
  })
})

describe('weightOf', () => {
  const sentence = { en: '', zh: '' }
  const phases: [RolloutPhase, number][] = [
    [{ kind: 'new' }, 0],
    [{ kind: 'stepping', index: 0, weight: 10, sinceMs: null, base: null, readings: 0 }, 10],
    [{ kind: 'retiring' }, 100],
    [{ kind: 'aborting', stage: 'weights', outcome: 'aborted', sentence }, 0],
    [{ kind: 'finished', outcome: 'promoted', sentence }, 100],
    [{ kind: 'finished', outcome: 'failed', sentence }, 0],
  ]
  test.each(phases)('in %j it is %i %', (phase, weight) => {
    expect(weightOf({ ...start(sampleRollout()), phase })).toBe(weight)
  })
})

test.each([
  ['postgres://sluice:secret@/postgres?host=%2Frun%2Fpg', 'postgres://role:word@/sluice.card.staging?host=%2Frun%2Fpg'],
  [
    'postgresql://sluice:secret@db.example:5433/sluice?sslmode=require',
    'postgres://role:word@db.example:5433/sluice.card.staging?sslmode=require',
  ],
  ['postgres://db.example/sluice', 'postgres://role:word@db.example/sluice.card.staging'],
])('a service of the server at %s is told another database and its own role', (own, wanted) => {
  expect(urlOf(own, { name: 'sluice.card.staging', role: 'role', password: 'word' })).toBe(wanted)
})
