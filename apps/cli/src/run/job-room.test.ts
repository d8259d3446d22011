import { expect, test } from 'vitest'
import { JobRoom } from './job-room.ts'

test('begins as many as there are places, the others in their order, but for those that are taken back', () => {
  const room = new JobRoom(2)
  const begun: string[] = []
  const enter = (name: string): (() => boolean) => room.enter(() => void begun.push(name))
  const first = enter('a')
  enter('b')
  const third = enter('c')
  enter('d')
  enter('e')
  expect(begun).toEqual(['a', 'b'])
  expect([first(), third(), third()]).toEqual([false, true, false])
  room.leave()
  expect(begun).toEqual(['a', 'b', 'd'])
  room.leave()
  room.leave()
  expect(begun).toEqual(['a', 'b', 'd', 'e'])
})
