import { expect, test } from 'vitest'
import { hasColour } from './has-colour.ts'

test.for([
  [true, {}, true],
  [true, { TERM: 'xterm' }, true],
  [true, { NO_COLOR: '' }, true],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '0' }, false],
  [true, { TERM: 'dumb' }, false],
  [false, { TERM: 'xterm' }, false],
  [undefined, {}, false],
] as const)('colours for a stream whose isTTY is %s, under %j: %s', ([isTTY, env, expected]) => {
  expect(hasColour({ isTTY }, env)).toBe(expected)
})
