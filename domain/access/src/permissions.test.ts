import { describe, expect, test } from 'vitest'
import type { Permission } from '@sluice/contracts/access'
import { may, permissionsOf } from './permissions.ts'

const anonymous = { kind: 'anonymous', id: 'anonymous' } as const
const member = { kind: 'person', id: 'session:1' } as const
const administrator = { kind: 'person', id: 'local:1000' } as const
const runner = { kind: 'runner', id: 'r1' } as const

describe('may()', () => {
  test.each<[Permission, boolean, boolean, boolean]>([
    ['run.read', true, true, true],
    ['session.open', true, true, true],
    ['run.create', false, true, true],
    ['run.cancel', false, true, true],
    ['producers.accept', false, true, true],
    ['environment.stop', false, true, true],
    ['project.register', false, false, true],
    ['change.propose', false, false, true],
    ['resource-group.configure', false, false, true],
    ['runner.register', false, false, true],
    ['session.invite', false, false, true],
    ['server.stop', false, false, true],
  ])('%s: visitor %s, member %s, administrator %s', (permission, visitorMay, memberMay, administratorMay) => {
    expect([anonymous, member, administrator].map((actor) => may(actor, permission))).toEqual([
      visitorMay,
      memberMay,
      administratorMay,
    ])
  })

  test('a runner has no permission at all', () => {
    expect(permissionsOf(runner)).toEqual([])
  })
})
