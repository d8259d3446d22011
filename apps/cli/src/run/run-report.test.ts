import { createRunState } from '@sluice/engine'
import { jobOf, planOf } from '@sluice/engine/testing'
import { expect, test } from 'vitest'
import { renderRun, type RunReportInput } from './run-report.ts'

const none: Omit<RunReportInput, 'state'> = {
  durationsMs: new Map(),
  coverages: new Map(),
  releases: new Map(),
  onFullDisk: new Set(),
  children: new Map(),
  verdicts: [],
  undecided: [],
  tookMs: 1000,
  isolation: 'uid',
  reports: [],
  kept: new Set<string>(),
}

function shown(jobs: string[], more: Partial<RunReportInput>): string {
  const state = createRunState('r', planOf(jobs.map((name) => jobOf(name, 'test'))), [])
  return renderRun({ ...none, state, ...more }, { colour: false, width: 80 })
}

test.each([
  [['sbom'], 'The disk was full while these failed: sbom; free some space, then run them again.'],
  [['a\u001B[2J', 'b'], 'The disk was full while these failed: a\\u{1b}[2J, b; free some space, then run them again.'],
])('jobs %j that failed on a full disk end the report', (jobs, sentence) => {
  expect(
    shown(jobs, { onFullDisk: new Set(jobs) })
      .split('\n')
      .at(-1),
  ).toBe(sentence)
})

test('a disk with room is not spoken of', () => {
  expect(shown(['a'], {})).not.toContain('disk')
})
