import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readDocuments, root, proseOf, type Document } from './documents.ts'

const documents = readDocuments()

/** The anchors that GitHub and GitLab give to the headings of a document. */
function anchorsOf({ text }: Document): Set<string> {
  const headings = text.replaceAll(/^```.*?^```/gms, '').matchAll(/^#{1,6} (.+)$/gm)
  return new Set(
    [...headings].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

/** Relative links that lead to no file, or to no heading of a document. */
function deadLinks(document: Document, all: readonly Document[]): string[] {
  return [...proseOf(document.text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    if (/^[a-z]+:/i.test(link)) return []
    const [file = '', anchor] = decodeURI(link).split('#')
    const target = file === '' ? document.path : posix.normalize(posix.join(posix.dirname(document.path), file))
    const found = all.find(({ path }) => path === target)
    const isThere = found !== undefined || (!target.startsWith('..') && existsSync(join(root, target)))
    if (!isThere) return [`${document.path}: ${link}`]
    return anchor === undefined || (found && anchorsOf(found).has(anchor)) ? [] : [`${document.path}: ${link}`]
  })
}

test('every relative link of every document leads somewhere', () => {
  expect(documents.length).toBeGreaterThan(30)
  expect(documents.map(({ path }) => path)).toContain('card/README.md')
  expect(documents.flatMap((document) => deadLinks(document, documents))).toEqual([])
})

describe('a planted link is found dead', () => {
  const heading = '# The words\n'
  test.each([
    ['to a file that is not there', '[a](docs/nowhere.md)'],
    ['out of the repository', '[a](../elsewhere.md)'],
    ['to a heading that is not there', `${heading}[a](#the-word)`],
    ['to a heading of another document that is not there', '[a](docs/glossary.md#nothing)'],
  ])('%s', (_, text) => {
    const planted = { path: 'PLANTED.md', text }
    expect(deadLinks(planted, [...documents, planted])).toHaveLength(1)
  })

  test('and a link in code, to a heading, or to the web is not', () => {
    const text = `${heading}\`[a](nowhere.md)\` [b](#the-words) [c](https://example.org/x) [d](docs/glossary.md#states)`
    const planted = { path: 'PLANTED.md', text }
    expect(deadLinks(planted, [...documents, planted])).toEqual([])
  })
})
