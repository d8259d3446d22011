import { describe, expect, it } from 'vitest'
import { compileSelection } from './file-selection.ts'

describe('compileSelection().takes', () => {
  it.each([
    ['dist', 'dist/a/b.js', true],
    ['dist/', 'dist/a.js', true],
    ['./dist', 'dist/a.js', true],
    ['dist', 'dist2/a.js', false],
    ['dist', 'src/dist/a.js', false],
    ['*.xml', 'junit.xml', true],
    ['*.xml', 'reports/junit.xml', false],
    ['**/*.xml', 'junit.xml', true],
    ['**/*.xml', 'a/b/junit.xml', true],
    ['reports/**', 'reports/a/b', true],
    ['reports/**/x', 'reports/x', true],
    ['reports/*/x', 'reports/x', false],
    ['*', 'any/depth/at/all', true],
    ['**/node_modules', 'a/node_modules/b/c', true],
    ['j?nit.xml', 'junit.xml', true],
    ['j[a-z]nit.xml', 'junit.xml', true],
    ['j[!a-z]nit.xml', 'junit.xml', false],
    ['*.{xml,json}', 'a.json', true],
    ['*.{xml,json}', 'a.yml', false],
    ['a*b*c', 'axxbyyc', true],
    ['a*b*c', 'axxbyy', false],
    ['.', 'a', true],
  ])('%s takes %s: %s', (pattern, path, taken) => {
    expect(compileSelection({ paths: [pattern], exclude: [] }).takes(path)).toBe(taken)
  })

  it.each([
    ['dist/**/*.map', 'dist/a/b.map', false],
    ['dist/**/*.map', 'dist/a/b.js', true],
    ['dist', 'dist/a.js', true],
    ['**/*', 'dist/a.js', false],
  ])('without %s takes %s: %s', (exclude, path, taken) => {
    expect(compileSelection({ paths: ['dist'], exclude: [exclude] }).takes(path)).toBe(taken)
  })

  it('takes files named exactly, whatever is in their names, but for those that are excluded', () => {
    const selection = compileSelection({ paths: ['dist'], exclude: ['**/*.o'], files: ['a/*/b[1]', 'a/c.o'] })
    expect(['a/*/b[1]', 'a/x/b1', 'a/c.o', 'dist/d'].map((path) => selection.takes(path))).toEqual([
      true,
      false,
      false,
      true,
    ])
    expect(['a', 'a/*', 'a/x', 'b'].map((folder) => selection.mayHold(folder))).toEqual([true, true, false, false])
  })

  it('answers a pattern of many stars at once', () => {
    const pattern = 'a*'.repeat(200)
    expect(compileSelection({ paths: [pattern], exclude: [] }).takes(`${'a'.repeat(900)}b`)).toBe(true)
    expect(compileSelection({ paths: [`${pattern}c`], exclude: [] }).takes('a'.repeat(900))).toBe(false)
  })
})

describe('compileSelection().mayHold', () => {
  it.each([
    ['reports/junit.xml', 'reports', true],
    ['reports/junit.xml', 'node_modules', false],
    ['dist', 'dist/a/b', true],
    ['**/*.xml', 'node_modules', true],
    ['a/*/c', 'a/b', true],
    ['a/*/c', 'b', false],
  ])('%s may lie below %s: %s', (pattern, folder, may) => {
    expect(compileSelection({ paths: [pattern], exclude: [] }).mayHold(folder)).toBe(may)
  })
})
