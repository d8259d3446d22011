import { expect, test } from 'vitest'
import { addressOf } from './address-of.ts'

test.each([
  ['http://127.0.0.1:7071', 'http://127.0.0.1:7071'],
  ['http://127.0.0.1', 'http://127.0.0.1'],
  ['http://127.0.0.1:0', 'has no address before its first deployment'],
])('an environment at %s: %s', (url, told) => {
  expect(addressOf({ url })).toBe(told)
})
