import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { keywordReference } from '@sluice/pipeline'
import { describe, expect, test } from 'vitest'
import { caseNames, filesOf, folderOf } from './compile-case.ts'
import { keywordsIn, type KeywordPlace } from './keywords-in.ts'

/** Keyword → whether it is refused. */
const reference = new Map(
  Object.values(keywordReference)
    .flatMap((rows) => Object.entries(rows))
    .map(([keyword, { state }]) => [keyword, state === 'refused']),
)

/** What the cases hold: keywords of good ones, and those at which a mistake stands. */
const good = new Set<string>()
const mistaken = new Set<string>()
for (const name of caseNames) {
  const files = (await filesOf(name)).filter((file) => /\.ya?ml$/.test(file))
  const places = new Map(files.map((file) => [file, keywordsIn(readFileSync(join(folderOf(name), file), 'utf8'))]))
  const mistakes = join(folderOf(name), 'expected.mistakes.txt')
  if (!existsSync(mistakes)) for (const { keyword } of [...places.values()].flat()) good.add(keyword)
  else for (const line of readFileSync(mistakes, 'utf8').trim().split('\n')) noteMistake(line, places)
}

/** Notes the keyword at which a mistake stands; where two begin at one place, the one that its message names. */
function noteMistake(text: string, places: ReadonlyMap<string, readonly KeywordPlace[]>): void {
  const [, path = '', line, column, message = ''] = /^(.+?):(\d+):(\d+): (.*)$/.exec(text) ?? []
  const there = (places.get(path) ?? []).filter(
    (place) => place.line === Number(line) && place.column === Number(column),
  )
  const keywords = new Set(there.map(({ keyword }) => nearestKnown(keyword)))
  const named = [...keywords].filter((keyword) => names(message, keyword))
  for (const keyword of keywords.size > 1 ? named : keywords) mistaken.add(keyword)
}

/** The keyword, or the one above it that the reference has. */
function nearestKnown(keyword: string): string {
  if (reference.has(keyword) || !keyword.includes(':')) return keyword
  return nearestKnown(keyword.slice(0, keyword.lastIndexOf(':')))
}

/** Whether a message is about a keyword: `Cannot read rules[0]:if of …`, and not about one below it. */
function names(message: string, keyword: string): boolean {
  const written =
    keyword
      .replaceAll(/[^a-z_:]/g, '')
      .split(':')
      .at(-1) ?? ''
  return new RegExp(`(?:^|[^a-z_])${written}(?:\\[\\d+\\])*(?![a-z_:\\[])`).test(message.split('; wanted')[0] ?? '')
}

describe('the cases hold every keyword of the reference', () => {
  test('in a pipeline that is planned, unless it is refused', () => {
    const wanted = [...reference].filter(([, isRefused]) => !isRefused).map(([keyword]) => keyword)
    expect(wanted.filter((keyword) => !good.has(keyword))).toEqual([])
  })

  test('with a mistake', () => {
    expect([...reference.keys()].filter((keyword) => !mistaken.has(keyword))).toEqual([])
  })

  test('and no keyword is planned that the reference leaves out', () => {
    expect([...good].filter((keyword) => !reference.has(keyword)).toSorted()).toEqual([])
  })
})
