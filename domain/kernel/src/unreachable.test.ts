import { expect, test } from 'vitest'
import { unreachable } from './unreachable.ts'

test('unreachable() quotes the value that broke the types', () => {
  expect(() => unreachable({ kind: 'surprise' } as never)).toThrow('Cannot handle {"kind":"surprise"}: no such kind')
})
