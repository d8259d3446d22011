import { describe, expect, it } from 'vitest'
import { chooseLanguage, sentenceIn } from './language.ts'

describe('chooseLanguage()', () => {
  it.each([
    ['the kept choice before the browser’s', 'en', ['zh-CN'], 'en'],
    ['Chinese for any Chinese', null, ['zh-TW', 'en'], 'zh-CN'],
    ['Chinese for bare zh', null, ['zh'], 'zh-CN'],
    ['the first language that there is', null, ['de-DE', 'zh-Hans-CN', 'en-GB'], 'zh-CN'],
    ['English where there is none of ours', null, ['de-DE'], 'en'],
    ['the browser’s when what was kept is no language', 'klingon', ['zh-CN'], 'zh-CN'],
    ['English without any wish', null, [], 'en'],
  ] as const)('takes %s', (_, kept, wanted, expected) => {
    expect(chooseLanguage(kept, wanted)).toBe(expected)
  })
})

describe('sentenceIn()', () => {
  it('takes the language’s own text, and the other one where it is empty', () => {
    expect(sentenceIn('zh-CN', { en: 'open', zh: '已放行' })).toBe('已放行')
    expect(sentenceIn('en', { en: 'open', zh: '已放行' })).toBe('open')
    expect(sentenceIn('zh-CN', { en: 'open', zh: '' })).toBe('open')
  })
})
