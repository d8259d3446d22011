import { expect, it } from 'vitest'
import { listen, readNotice, tell, type Heard } from './notices.ts'

it.each([
  [
    '{"seq":7,"project":"card","runId":"r1","kind":"job.started"}',
    { seq: 7, project: 'card', runId: 'r1', kind: 'job.started' },
  ],
  ['{"seq":8,"project":"card","kind":"job.log"}', { seq: 8, project: 'card', runId: null, kind: 'job.log' }],
  ['{"kind":"job.log"}', null],
  ['null', null],
  ['half a mess', null],
])('readNotice() of %s', (data, expected) => {
  expect(readNotice(data)).toEqual(expected)
})

it('tell() reaches every listener until it stops listening', () => {
  const heard: Heard[] = []
  const stop = listen((notice) => heard.push(notice))
  tell('reconnected')
  stop()
  tell('reconnected')
  expect(heard).toEqual(['reconnected'])
})
