import type { Sentence } from '@sluice/contracts/api'

export const languages = ['zh-CN', 'en'] as const
export type Language = (typeof languages)[number]

export const languageKey = 'sluice.language'

/** The kept choice, else the first of the browser's languages that the console has, else English. */
export function chooseLanguage(kept: string | null, wanted: readonly string[]): Language {
  if (kept === 'zh-CN' || kept === 'en') return kept
  for (const tag of wanted) {
    if (/^zh\b/i.test(tag)) return 'zh-CN'
    if (/^en\b/i.test(tag)) return 'en'
  }
  return 'en'
}

/** The language's half of a text that the server sent; the other half when that one is empty. */
export function sentenceIn(language: Language, sentence: Sentence): string {
  return language === 'zh-CN' ? sentence.zh || sentence.en : sentence.en || sentence.zh
}
