import { expect, it } from 'vitest'
import { mayDo } from './get-session.ts'

const person = { kind: 'person', id: 'lin' } as const

it.each([
  ['yes with session and permission', { actor: person, permissions: ['run.cancel'], csrf: 'c' }, true],
  ['no without the permission', { actor: person, permissions: ['run.read'], csrf: 'c' }, false],
  ['no without a session', { actor: person, permissions: ['run.cancel'], csrf: null }, false],
  ['no before the server has answered', undefined, false],
])('mayDo() says %s', (_, session, expected) => {
  expect(mayDo(session, 'run.cancel')).toBe(expected)
})
