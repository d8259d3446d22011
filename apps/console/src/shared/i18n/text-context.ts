import type { Sentence } from '@sluice/contracts/api'
import { createContext, use } from 'react'
import type { Language } from './language.ts'
import type { TextKey } from './texts.ts'

export interface Texts {
  language: Language
  setLanguage: (language: Language) => void
  /** The text of a key, `{name}` replaced by the values given. */
  t: (key: TextKey, values?: Record<string, string | number>) => string
  /** The language's half of a text that the server sent. */
  s: (sentence: Sentence) => string
}

export const TextContext = createContext<Texts | null>(null)

/** The texts of the language in use. */
export function useTexts(): Texts {
  const texts = use(TextContext)
  if (texts === null) throw new Error('Cannot read texts: the component is outside of TextProvider')
  return texts
}
