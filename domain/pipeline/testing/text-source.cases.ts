import type { FarSource, IncludeAnswer } from '../src/compile-request.ts'
import type { IncludeSource } from '../src/ports.ts'

/** One promise of `IncludeSource` about addresses and templates, to be run by every implementation that reads them. */
export interface TextSourceCase {
  name: string
  /** Path → text, of the addresses below `base` and of the templates. */
  files: Readonly<Record<string, string>>
  /** @throws Error when the promise is broken. */
  check: (source: IncludeSource, base: string) => Promise<void>
}

const remote = (url: string): FarSource => ({
  kind: 'remote',
  key: url,
  url,
  integrity: null,
  cacheMs: null,
  place: null,
})
const template = (name: string): FarSource => ({ kind: 'template', key: name, name, place: null })

/** The promises of `IncludeSource`, for addresses and templates. */
export const textSourceCases: readonly TextSourceCase[] = [
  {
    name: 'reads what is at an address and in a template to the last byte',
    files: { 'a.gitlab-ci.yml': 'a: {}\n', 'mark.gitlab-ci.yml': '\ufeff你好: {}\r\n' },
    check: async (source, base) => {
      for (const wanted of [remote(`${base}a.gitlab-ci.yml`), template('a.gitlab-ci.yml')])
        expectText(await source.read(wanted), 'a: {}\n')
      expectText(await source.read(remote(`${base}mark.gitlab-ci.yml`)), '\ufeff你好: {}\r\n')
    },
  },
  {
    name: 'an empty file is a text',
    files: { 'empty.gitlab-ci.yml': '' },
    check: async (source, base) => expectText(await source.read(remote(`${base}empty.gitlab-ci.yml`)), ''),
  },
  {
    name: 'what is not there is an answer with a reason',
    files: { 'a.gitlab-ci.yml': 'a: {}\n' },
    check: async (source, base) => {
      for (const wanted of [remote(`${base}none.yml`), template('none.gitlab-ci.yml')]) {
        const answer = await source.read(wanted)
        if (answer.kind !== 'missing' || answer.fault === '') throw new Error(`is ${JSON.stringify(answer)}`)
      }
    },
  },
]

function expectText(answer: IncludeAnswer, wanted: string): void {
  const is = answer.kind === 'text' ? answer.text : JSON.stringify(answer)
  if (is !== wanted) throw new Error(`is ${JSON.stringify(is)}; wanted ${JSON.stringify(wanted)}`)
}
