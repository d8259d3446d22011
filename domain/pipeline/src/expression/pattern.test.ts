import { expect, test } from 'vitest'
import { parseInputRegex } from './pattern.ts'

test.each([
  ['a/b', 'a/b', true],
  [String.raw`a\/b`, 'a/b', true],
  [String.raw`^[\\/]x$`, String.raw`\x`, true],
  ['^a$', 'ab', false],
])('parseInputRegex(%j) on %j is %j', (source, text, wanted) => {
  const result = parseInputRegex(source)
  expect(result.ok && result.pattern.matches(text)).toBe(wanted)
})
