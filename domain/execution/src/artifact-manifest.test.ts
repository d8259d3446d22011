import { describe, expect, it } from 'vitest'
import { checkArtifactPath, linkStaysInside, manifestDigest, manifestOf } from './artifact-manifest.ts'

const entry = (path: string, sizeBytes = 1) => ({ path, mode: 0o644, sizeBytes, digest: `sha256:${'a'.repeat(64)}` })

describe('checkArtifactPath', () => {
  it.each(['/etc/passwd', '../x', 'a/../b', 'a\0b', '', 'a//b', './a', 'a/', 'a\\b', 'x'.repeat(1001)])(
    'refuses %j',
    (path) => {
      expect(() => checkArtifactPath(path)).toThrow(expect.objectContaining({ code: 'EXECUTION_ARTIFACT_PATH' }))
    },
  )

  it.each(['a', 'a/b.js', '..a/b', '.hidden', 'ä ö/中'])('takes %j', (path) => {
    expect(checkArtifactPath(path)).toBe(path)
  })
})

describe('linkStaysInside', () => {
  it.each([
    ['a/link', '../b', true],
    ['a/link', '../../b', false],
    ['link', 'b/c', true],
    ['link', '/etc/passwd', false],
    ['link', 'b/../../c', false],
    ['link', '', false],
  ])('%s → %s: %s', (path, target, inside) => {
    expect(linkStaysInside(path, target)).toBe(inside)
  })
})

describe('manifestOf', () => {
  it('has one digest whatever the order of its files', () => {
    const one = manifestOf([entry('b'), entry('a')])
    expect(one.entries.map(({ path }) => path)).toEqual(['a', 'b'])
    expect(manifestDigest(one)).toBe(manifestDigest(manifestOf([entry('a'), entry('b')])))
    expect(manifestDigest(one)).not.toBe(manifestDigest(manifestOf([entry('a'), entry('c')])))
  })

  it('refuses a path twice', () => {
    expect(() => manifestOf([entry('a'), entry('a')])).toThrow('it is there twice')
  })

  it.each([
    ['too many files', { maxEntries: 1, maxTotalBytes: 100 }],
    ['too many bytes', { maxEntries: 9, maxTotalBytes: 1 }],
  ])('refuses %s', (_, limits) => {
    expect(() => manifestOf([entry('a'), entry('b')], limits)).toThrow(
      expect.objectContaining({ code: 'EXECUTION_ARTIFACT_LIMIT', status: 413 }),
    )
  })
})
