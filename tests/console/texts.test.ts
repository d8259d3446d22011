/** The console's dictionaries against its sources: every text used, none missing, none left untranslated. */
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { describe, expect, it } from 'vitest'
import { en } from '../../apps/console/src/shared/i18n/en.ts'
import { zh } from '../../apps/console/src/shared/i18n/zh.ts'

const source = join(import.meta.dirname, '..', '..', 'apps', 'console', 'src')
/** Names that are written the same in every language. */
const sameInBoth = new Set(['page.title', 'run.pageTitle', 'job.title', 'entry.unknown', 'error.action'])
const names = /^(Sluice|CycloneDX|· n =|[^\p{L}]*)$/u

const files = await sources()
const keys = Object.keys(en) as (keyof typeof en)[]

describe('dictionaries', () => {
  it('have the same keys', () => {
    expect(Object.keys(zh).toSorted()).toEqual(Object.keys(en).toSorted())
  })

  it('have the same places in both texts of a key', () => {
    const places = (text: string) => [...text.matchAll(/\{[a-zA-Z]+\}/g)].map(String).toSorted()
    expect(keys.filter((key) => places(en[key]).join('') !== places(zh[key]).join(''))).toEqual([])
  })

  it('have Chinese in the Chinese one, and only there', () => {
    const untranslated = keys.filter((key) => !sameInBoth.has(key) && !/\p{Script=Han}/u.test(zh[key]))
    expect(untranslated).toEqual([])
    expect(keys.filter((key) => /\p{Script=Han}/u.test(en[key]))).toEqual([])
  })

  it('have no key that no source uses', () => {
    const all = [...files]
      .filter(([path]) => !path.includes('i18n'))
      .map(([, text]) => text)
      .join('\n')
    expect(keys.filter((key) => !all.includes(`'${key}'`))).toEqual([])
  })
})

describe('sources', () => {
  it.each([...files.keys()].filter((path) => path.endsWith('.tsx')))('%s has no text of its own', (path) => {
    expect(textsIn(path, files.get(path) ?? '')).toEqual([])
  })

  it('a text in a source is found', () => {
    expect(textsIn('x.tsx', 'const x = <p title="Hold on">Please wait</p>')).toEqual(['Hold on', 'Please wait'])
  })
})

async function sources(): Promise<Map<string, string>> {
  const found = (await readdir(source, { recursive: true })).filter((path) => /(?<!\.test)\.tsx?$/.test(path))
  return new Map(
    await Promise.all(found.map(async (path) => [path, await readFile(join(source, path), 'utf8')] as const)),
  )
}

const spokenAttributes = new Set(['title', 'aria-label', 'alt', 'placeholder', 'label', 'okText', 'subTitle'])

/** Words between tags, and in attributes that people read or hear. */
function textsIn(path: string, text: string): string[] {
  const found: string[] = []
  walk(parseSync(path, text).program, (node) => {
    if (node['type'] === 'JSXText') found.push(String(node['value']).trim())
    const name = (node['name'] as { name?: string } | undefined)?.name
    const value = node['value'] as { type?: string; value?: unknown } | null | undefined
    if (node['type'] === 'JSXAttribute' && spokenAttributes.has(name ?? '') && value?.type === 'Literal') {
      found.push(String(value.value))
    }
  })
  return found.filter((each) => each !== '' && !names.test(each) && !each.startsWith('./sluice'))
}

type Node = Record<string, unknown>

function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit)
  } else if (typeof value === 'object' && value !== null) {
    visit(value as Node)
    for (const child of Object.values(value)) walk(child, visit)
  }
}
