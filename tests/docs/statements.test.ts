/** Statements of documents that the code can be asked about. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pathsBelow, root } from './documents.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const ticksIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)

describe('the glossary’s states are those of the code', () => {
  const [, table = ''] = /^## States$(.*?)^## /ms.exec(read('docs/glossary.md')) ?? []
  const rows = table
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => /`.*\.ts`/.test(cells[3] ?? ''))
    .map(([, of = '', states = '', where = '']) => ({ of, states: ticksIn(states), file: ticksIn(where)[0] ?? '' }))

  test('there are rows to look at', () => expect(rows.length).toBeGreaterThan(12))

  test.each(rows)('$of', ({ states, file }) => {
    const code = read(file)
    expect(states.filter((state) => !code.includes(`'${state}'`))).toEqual([])
  })
})

test('every file that the threat model names is there', () => {
  const files = pathsBelow('')
  const names = ticksIn(read('docs/threat-model.md')).filter((word) => /^[\w./-]+\.tsx?$/.test(word))
  expect(names.length).toBeGreaterThan(30)
  const missing = names.filter((name) =>
    name.includes('/') ? !files.some((file) => file.endsWith(name)) : !files.some((file) => basename(file) === name),
  )
  expect(missing).toEqual([])
})

test('every decision is in the list, and ARCHITECTURE leads to it', () => {
  const decisions = pathsBelow('docs/decisions').filter((path) => /\/\d{4}-/.test(path))
  expect(decisions.length).toBeGreaterThan(10)
  const list = read('docs/decisions/README.md')
  const architecture = read('ARCHITECTURE.md')
  expect(decisions.filter((path) => !list.includes(`](${basename(path)})`))).toEqual([])
  expect(decisions.filter((path) => !architecture.includes(`](${path})`))).toEqual([])
})

test('every package that decides has a page, and ARCHITECTURE lists it', () => {
  const packages = readdirSync(join(root, 'domain')).map((name) => `domain/${name}`)
  const architecture = read('ARCHITECTURE.md')
  expect(packages.length).toBeGreaterThan(10)
  expect(packages.filter((folder) => !existsSync(join(root, folder, 'README.md')))).toEqual([])
  expect(packages.filter((folder) => !architecture.includes(`](${folder}/README.md)`))).toEqual([])
})
