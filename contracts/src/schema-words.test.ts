import { expect, test } from 'vitest'
import { z } from 'zod'
import { schemaWords } from './schema-words.ts'

const schema = z.strictObject({
  token: z.string().min(8).max(20).optional(),
  port: z.int().min(1).optional(),
  slug: z
    .string()
    .regex(/^[a-z]+$/)
    .optional(),
  at: z.iso.datetime().optional(),
  own: z.string().regex(/^x$/, 'wanted x').optional(),
  either: z.union([z.string(), z.array(z.string())]).optional(),
  few: z.enum(['a', 'b']).optional(),
  names: z.record(z.string().regex(/^[A-Z]$/), z.string()).optional(),
})

test.each([
  [null, 'it is empty; wanted a map of keys and values'],
  [{ token: 'secret' }, 'it has 6 characters; wanted 8 characters at least'],
  [{ token: 'a secret that is far too long' }, 'it has 29 characters; wanted 20 characters at most'],
  [{ token: 12_345_678 }, 'it is 12345678; wanted a text'],
  [{ port: 7.5 }, 'it is 7.5; wanted a whole number'],
  [{ port: 0 }, 'it is 0; wanted 1 at least'],
  [{ port: '7070' }, 'it is a text; wanted a number'],
  [{ slug: 'A' }, 'it is of another form; wanted a text that matches /^[a-z]+$/'],
  [{ at: 'now' }, 'it is of another form; wanted datetime'],
  [{ own: 'y' }, 'wanted x'],
  [{ either: 1 }, 'it is 1, which does not fit here'],
  [{ few: 'c'.repeat(100) }, `it is "${'c'.repeat(60)}…"; wanted one of a, b`],
  [
    { names: { a: '' } },
    'such a name cannot be used here; it is of another form; wanted a text that matches /^[A-Z]$/',
  ],
  [{ other: 1 }, 'it has keys that mean nothing here: "other"'],
])('of %j it is said: %s', (value, message) => {
  const { error } = schema.safeParse(value, { error: schemaWords })
  expect(error?.issues.map((issue) => issue.message)).toEqual([message])
})
