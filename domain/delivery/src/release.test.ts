import { describe, expect, test } from 'vitest'
import { manifestBelow, releaseDigest, releaseVersion } from './release.ts'

const file = (path: string, digest = 'sha256:1') => ({ path, mode: 0o644, sizeBytes: 1, digest })

describe('manifestBelow()', () => {
  test('keeps what lies below the folder, relative and sorted', () => {
    const below = manifestBelow([file('release/z.js'), file('other/a.js'), file('release/a.js')], 'release')
    expect(below.map(({ path }) => path)).toEqual(['a.js', 'z.js'])
  })

  test('an empty release is refused with what was there', () => {
    expect(() => manifestBelow([file('dist/a.js')], 'release')).toThrow(
      'Cannot make a release of "release": the artifact has 1 files, none below that folder; it has "dist"',
    )
    expect(() => manifestBelow([file('a.js')], 'release')).toThrow(/none below that folder$/)
  })

  test('of many folders some are named', () => {
    const files = ['d/x', 'c/x', 'b/x', 'a/x', 'a/y'].map((path) => file(path))
    expect(() => manifestBelow(files, 'release')).toThrow(/it has "a", "b", "c"$/)
  })
})

describe('releaseDigest()', () => {
  const base = [file('a.js')]
  test.each([
    ['another path', [file('b.js')]],
    ['another byte', [file('a.js', 'sha256:2')]],
    ['another mode', [{ ...file('a.js'), mode: 0o755 }]],
    ['one file more', [file('a.js'), file('b.js')]],
  ])('%s gives another digest', (_, files) => {
    expect(releaseDigest(files)).not.toBe(releaseDigest(base))
  })

  test('the same files give the same digest', () => {
    expect(releaseDigest([file('a.js')])).toBe(releaseDigest(base))
  })
})

test('releaseVersion() names the run and the commit', () => {
  expect(releaseVersion(7, 'abcdef0123456789')).toBe('1.7.0+abcdef01')
})
