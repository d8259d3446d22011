import { expect, it } from 'vitest'
import { exitStatusOf } from './exit-status-of.ts'

it.each([
  ['{"StatusCode":0}\n', 0],
  ['{"StatusCode":126,"Error":null}', 126],
  ['{"StatusCode":0,"Error":{"Message":"gone"}}', null],
  ['{"StatusCode":0,"Error":{"Message":""}}', 0],
  ['{"message":"no such container"}', null],
  ['null', null],
  ['', null],
])('of %j it is %s', (answer, status) => {
  expect(exitStatusOf(answer)).toBe(status)
})
