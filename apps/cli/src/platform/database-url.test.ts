import { expect, test } from 'vitest'
import { databaseUrlOf } from './database-url.ts'

test.each([undefined, '', ' \n'])('DATABASE_URL=%j counts as not set', (url) => {
  expect(databaseUrlOf({ DATABASE_URL: url })).toBeUndefined()
})

test.each(['postgres://a:b@c:1/d', 'postgresql://a@/d?host=/run/postgresql', 'postgresql://of-somebody'])(
  'DATABASE_URL=%j is taken as it is',
  (url) => {
    expect(databaseUrlOf({ DATABASE_URL: url })).toBe(url)
  },
)

test.each(['garbage-with-secret', 'mysql://a:secret@b/c', 'postgresql://a:secret@b:port/c', '/secret/socket name'])(
  'DATABASE_URL=%j is refused without its value',
  (url) => {
    const refusal = expect.objectContaining({
      code: 'CLI_DATABASE_URL',
      message: expect.stringMatching(/^Cannot use DATABASE_URL: (?!.*secret)/),
    })
    expect(() => databaseUrlOf({ DATABASE_URL: url })).toThrow(refusal)
  },
)
