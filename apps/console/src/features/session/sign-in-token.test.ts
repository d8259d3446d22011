import { expect, it } from 'vitest'
import { tokenOf } from './sign-in-token.ts'

it.each([
  ['#token=abc_DEF-123', 'abc_DEF-123'],
  ['#x=1&token=abc', 'abc'],
  ['#token=', null],
  ['#', null],
  ['', null],
])('tokenOf() of %j is %j', (fragment, expected) => {
  expect(tokenOf(fragment)).toBe(expected)
})
