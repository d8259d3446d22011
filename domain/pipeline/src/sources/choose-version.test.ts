import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseVersion, isOpenVersion, isRelease } from './choose-version.ts'

const tags = ['1.0.0', '1.2.0', 'v1.10.1', '2.0.0', '2.1.0-rc1', 'latest', '3.0', '01.2.3', '2.0.1+build']

describe('chooseVersion()', () => {
  test.each([
    ['~latest', '2.0.1+build'],
    ['1', 'v1.10.1'],
    ['1.2', '1.2.0'],
    ['2.1', null],
    ['3', null],
  ])('%s is %s', (version, wanted) => expect(chooseVersion(tags, version)).toBe(wanted))

  test('does not depend on the order of the tags', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(tags, { minLength: tags.length }), (shuffled) => {
        expect(chooseVersion(shuffled, '~latest')).toBe('2.0.1+build')
      }),
    )
  })

  test('never throws', () => {
    fc.assert(fc.property(fc.array(fc.string()), fc.string(), (some, version) => chooseVersion(some, version) !== ''))
  })
})

test.each([
  ['~latest', true],
  ['1', true],
  ['1.2', true],
  ['1.2.3', false],
  ['main', false],
  ['1.', false],
])('isOpenVersion(%j) is %j', (version, wanted) => expect(isOpenVersion(version)).toBe(wanted))

test.each([
  ['1.2.3', true],
  ['v1.2.3-rc.1', true],
  ['1.2', false],
  ['main', false],
])('isRelease(%j) is %j', (tag, wanted) => expect(isRelease(tag)).toBe(wanted))
