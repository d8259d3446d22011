import { expect, test } from 'vitest'
import { Turns } from './turns.ts'

test('work under one key is done in turn, also after a failure, and nothing of it is kept', async () => {
  const turns = new Turns()
  const done: string[] = []
  const first = Promise.withResolvers<void>()
  const work = (name: string, before: Promise<void> = Promise.resolve()) =>
    turns.take('card', async () => {
      await before
      done.push(name)
      if (name === 'two') throw new Error('no')
    })
  const all = [work('one', first.promise), work('two'), work('three')]
  await turns.take('other', async () => done.push('other'))
  expect([done, turns.size]).toEqual([['other'], 1])
  first.resolve()
  await Promise.allSettled(all)
  expect([done, turns.size]).toEqual([['other', 'one', 'two', 'three'], 0])
})
