import { describe, expect, test } from 'vitest'
import { comparedWith } from './compared-with.ts'
import type { EventOptions } from './event-options.ts'
import { readEvent } from './read-event.ts'

const head = { commit: 'c2', parents: ['c1'], committedAt: 0 }
const checkout = {
  branch: 'topic',
  defaultBranch: 'trunk',
  head,
  tags: [
    { name: 'v1', message: 'Version one', commit: 'c1' },
    { name: 'v2', message: 'Version two', commit: 'c2' },
  ],
}

describe('readEvent()', () => {
  test.each([
    [{}, { source: 'push', ref: 'topic', refType: 'branch', target: null }, { branch: 'trunk' }],
    [{ branch: 'trunk' }, { source: 'push', ref: 'trunk', refType: 'branch' }, 'parent'],
    [{ event: 'merge_request' }, { source: 'merge_request_event', ref: 'topic', target: 'trunk' }, { branch: 'trunk' }],
    [{ target: 'release' }, { source: 'merge_request_event', ref: 'topic', target: 'release' }, { branch: 'release' }],
    [{ event: 'tag' }, { source: 'push', ref: 'v2', refType: 'tag', tagMessage: 'Version two' }, null],
    [{ tag: 'v1' }, { source: 'push', ref: 'v1', refType: 'tag', tagMessage: 'Version one' }, null],
    [{ tag: 'v3' }, { ref: 'v3', refType: 'tag', tagMessage: null }, null],
    [{ event: 'schedule' }, { source: 'schedule', ref: 'topic', refType: 'branch' }, null],
    [{ event: 'web', tag: 'v1' }, { source: 'web', ref: 'v1', refType: 'tag' }, null],
    [{ event: 'api' }, { source: 'api' }, null],
    [{ event: 'trigger' }, { source: 'trigger' }, null],
  ] as [EventOptions, object, unknown][])('%j', (options, event, compared) => {
    const read = readEvent(options, checkout)
    expect(read).toMatchObject({ ...event, defaultBranch: 'trunk' })
    expect(comparedWith(read)).toEqual(compared)
  })

  test.each([
    ['no checkout', null, 'main'],
    ['a detached head', { ...checkout, branch: null }, 'trunk'],
  ])('with %s it is a push to the default branch', (_, found, ref) => {
    expect(readEvent({}, found)).toMatchObject({ source: 'push', ref, defaultBranch: ref })
  })

  test.each([
    [{ tag: 'v1', branch: 'topic' }, 'exclude each other'],
    [{ tag: 'v1', event: 'merge_request' }, 'not a tag'],
    [{ target: 'trunk', event: 'push' }, '--target belongs to a merge request'],
    [{ branch: 'a b' }, '"a b" is no name that Git allows'],
    [{ tag: '-v1' }, 'is no name that Git allows'],
    [{ target: 'a..b' }, 'is no name that Git allows'],
    [{ target: 'topic' }, 'a merge request from "topic" into itself'],
  ] as [EventOptions, string][])('%j contradicts itself', (options, words) => {
    expect(() => readEvent(options, checkout)).toThrow(
      expect.objectContaining({ code: 'CLI_EVENT_WRONG', message: expect.stringContaining(words) as string }),
    )
  })

  test('the event tag needs a tag', () => {
    expect(() => readEvent({ event: 'tag' }, { ...checkout, tags: [] })).toThrow('has no tag; wanted --tag')
  })
})
