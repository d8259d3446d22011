import { Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { displayWidth } from '../plan/display-width.ts'
import { liveView } from './live-view.ts'

/** A terminal of 40 columns, and all that was written to it. */
function terminal(): { output: NodeJS.WriteStream; text: () => string } {
  let text = ''
  const stream = new Writable({ write: (chunk, _encoding, done) => ((text += String(chunk)), done()) })
  return { output: Object.assign(stream, { columns: 40, rows: 6, isTTY: true }) as never, text: () => text }
}

const end = { reason: null, exitCode: 0, durationMs: 2000, problem: null, outcome: 'success' } as const

test('jobs that ended stay above, a failed one with its last lines and its log; nothing is left of those that ran', () => {
  const { output, text } = terminal()
  const view = liveView({
    output,
    colour: false,
    now: () => 0,
    jobs: ['build', 'test'],
    logOf: (job) => `logs/${job}.log`,
  })
  view.begin('build', 1)
  void view.write('build', Buffer.from('made\n'))
  view.end('build', end)
  view.begin('test', 1)
  for (let line = 1; line <= 30; line++) void view.write('test', Buffer.from(`line ${line}\n\u001B[2J`))
  view.end('test', { ...end, outcome: 'failed', reason: 'script_failure', exitCode: 3 })
  void view.close()
  const lines = stripVTControlCharacters(text()).split('\n')
  expect(lines).toContain('✔ build  ended after 2.0 s')
  expect(lines).toEqual(
    expect.arrayContaining(['✖ test  failed after 2.0 s: exit code 3', '    line 21', '    line 30']),
  )
  expect(lines).not.toContain('    line 20')
  expect(lines).toContain('    log: logs/test.log')
  expect(text()).not.toContain('\u001B[2J')
})

test('a job that is tried again counts once, when it has ended for good; a canceled one counts', () => {
  const { output, text } = terminal()
  const view = liveView({ output, colour: false, now: () => 0, jobs: ['a', 'b', 'c'], logOf: (job) => job })
  for (const attempt of [1, 2]) {
    view.begin('a', attempt)
    view.end('a', { ...end, outcome: 'failed', reason: 'script_failure', exitCode: 1 })
  }
  view.begin('a', 3)
  view.end('b', { ...end, outcome: 'canceled' })
  view.note('now')
  void view.close()
  const counts = stripVTControlCharacters(text()).match(/\d of 3 jobs ended/g)
  expect(counts).toEqual(Array.from({ length: 4 }, () => '1 of 3 jobs ended'))
})

test('a job that waits for its resource group is shown so until it begins', () => {
  const { output, text } = terminal()
  output.columns = 80
  const view = liveView({ output, colour: false, now: () => 0, jobs: ['deploy'], logOf: (job) => job })
  view.wait('deploy', 'production')
  view.note('one')
  view.begin('deploy', 1)
  view.note('two')
  void view.close()
  const [waiting = '', begun = ''] = stripVTControlCharacters(text()).split('two')
  expect(waiting).toContain('⏸ deploy  waits for resource group "production", which another job holds')
  expect(begun).not.toContain('⏸')
})

test('no line that is drawn over is wider than the terminal, whatever a job is called and says', () => {
  const { output, text } = terminal()
  const view = liveView({ output, colour: false, now: () => 0, jobs: [], logOf: (job) => job })
  for (let job = 1; job <= 20; job++) view.begin(`部署到生产环境-${job}-${'x'.repeat(50)}`, 1)
  void view.write('x', Buffer.from('of a job that is not there'))
  view.note('SIGINT: stopping the jobs')
  void view.close()
  const lines = stripVTControlCharacters(text()).split('\n')
  expect(lines).toContain('SIGINT: stopping the jobs')
  expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(40)
  expect(lines.filter((line) => line.includes('部署')).length).toBeLessThanOrEqual(6)
})
