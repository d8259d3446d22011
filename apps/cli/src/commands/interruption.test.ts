import { EventEmitter } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { onInterruption } from './interruption.ts'

const codes: Record<string, string> = { closed: 'EPIPE', full: 'ENOSPC' }

/** Deals out the signals and closed outputs, and tells what was made of them. */
function outcomeOf(events: readonly string[]): string[] {
  const told: string[] = []
  const output = new EventEmitter()
  output.on('error', () => undefined)
  const handlers = { first: (name: string) => told.push(`first: ${name}`), second: () => told.push('second') }
  const interruption = onInterruption(handlers, [output as never])
  onTestFinished(() => interruption.close())
  for (const event of events) {
    if (event in codes) output.emit('error', Object.assign(new Error('write'), { code: codes[event] }))
    else process.emit(event as NodeJS.Signals, event as NodeJS.Signals)
  }
  expect(interruption.signal.aborted).toBe(events.length > 0)
  return told
}

const closed = 'first: Nobody reads the output any more'

test.each([
  [[], []],
  [['SIGINT'], ['first: SIGINT']],
  [['SIGHUP'], ['first: SIGHUP']],
  [
    ['SIGINT', 'SIGTERM'],
    ['first: SIGINT', 'second'],
  ],
  [['closed'], [closed]],
  [['full', 'full', 'closed'], ['first: The output cannot be written']],
  [['closed', 'closed', 'closed'], [closed]],
  [['closed', 'SIGINT'], [closed]],
  [['SIGINT', 'closed'], ['first: SIGINT']],
  [
    ['closed', 'SIGINT', 'SIGINT'],
    [closed, 'second'],
  ],
])('%j is taken as %j', (events, told) => {
  expect(outcomeOf(events)).toEqual(told)
})
