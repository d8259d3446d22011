import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileGlob, compileIncludeGlob } from './glob.ts'

describe('compileGlob()', () => {
  test.each([
    ['README.md', 'README.md', true],
    ['README.md', 'docs/README.md', false],
    ['*.md', 'README.md', true],
    ['*.md', 'docs/README.md', false],
    ['**/*.md', 'README.md', true],
    ['**/*.md', 'docs/a/README.md', true],
    ['docs/**/*', 'docs/a/b.txt', true],
    ['docs/**/*', 'docs/b.txt', true],
    ['docs/**/*', 'docs', false],
    ['docs/**', 'docs/a', true],
    ['docs/**', 'docs/a/b', false],
    ['docs/*', 'docs/.hidden', true],
    ['**/**/x', 'a/b/x', true],
    ['a**/x', 'ab/x', true],
    ['a**/x', 'ab/c/x', false],
    ['?.ts', 'a.ts', true],
    ['a?b', 'a/b', false],
    ['*.{js,ts}', 'x.ts', true],
    ['*.{js,ts}', 'x.tsx', false],
    ['{src,test}/**/*.ts', 'test/x/y.ts', true],
    ['{a,{b,c}}', 'c', true],
    ['{**/,}x', 'a/b/x', true],
    ['{a', '{a', true],
    ['a}', 'a}', true],
    ['a,b*', 'a,bc', true],
    ['[abc].ts', 'b.ts', true],
    ['[a-c].ts', 'd.ts', false],
    ['[!a].ts', 'b.ts', true],
    ['[^a].ts', 'a.ts', false],
    ['a[!b]c', 'a/c', false],
    ['a[+-9]c', 'a/c', false],
    ['a[+-9]c', 'a0c', true],
    ['[z-a]', 'b', false],
    ['[abc', '[abc', true],
    ['\\*.md', '*.md', true],
    ['\\*.md', 'x.md', false],
    ['文档/*.md', '文档/说明.md', true],
    ['a.b', 'axb', false],
    ['a+(b)', 'a+(b)', true],
  ])('%s against %s is %s', (glob, path, wanted) => expect(compileGlob(glob).matches(path)).toBe(wanted))

  test('takes no longer for globs that make other matchers hang', () => {
    const glob = compileGlob(`${'{a,b}'.repeat(200)}${'*a'.repeat(30)}c`)
    expect(glob.matches('a'.repeat(3000))).toBe(false)
  })

  test('never throws, and a path without special letters matches itself', () => {
    const text = fc.oneof(
      fc.string(),
      fc
        .array(fc.constantFrom('*', '**/', '?', '[', ']', '{', '}', ',', '\\', '!', '-', 'a', '/'))
        .map((parts) => parts.join('')),
    )
    fc.assert(fc.property(text, fc.string(), (glob, path) => typeof compileGlob(glob).matches(path) === 'boolean'))
    fc.assert(fc.property(fc.string(), (path) => /[*?[\]{}\\]/.test(path) || compileGlob(path).matches(path)))
  })
})

describe('compileIncludeGlob()', () => {
  test.each([
    ['ci/*.yml', 'ci/a.yml', true],
    ['ci/*.yml', 'ci/x/a.yml', false],
    ['ci/**.yml', 'ci/a.yml', true],
    ['ci/**.yml', 'ci/x/a.yml', true],
    ['ci/**/*.yml', 'ci/x/a.yml', true],
    ['ci/**/*.yml', 'ci/a.yml', false],
    ['ci/[a].yml', 'ci/a.yml', false],
  ])('%s against %s is %s', (glob, path, wanted) => expect(compileIncludeGlob(glob).matches(path)).toBe(wanted))
})
