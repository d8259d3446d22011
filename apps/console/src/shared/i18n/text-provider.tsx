import { useEffect, useMemo, useState, type ReactNode } from 'react'
import { chooseLanguage, languageKey, sentenceIn, type Language } from './language.ts'
import { TextContext, type Texts } from './text-context.ts'
import { translate } from './texts.ts'

/** Gives the texts to all below, keeps the choice of language, and says it on `<html>`. */
export function TextProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(() => chooseLanguage(keptLanguage(), navigator.languages))
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  const texts = useMemo<Texts>(
    () => ({
      language,
      setLanguage: (next) => {
        keepLanguage(next)
        setLanguage(next)
      },
      t: (key, values) => translate(language, key, values),
      s: (sentence) => sentenceIn(language, sentence),
    }),
    [language],
  )
  return <TextContext value={texts}>{children}</TextContext>
}

// Browsers that refuse storage (private windows, policy) throw; the page then only forgets the choice.
function keptLanguage(): string | null {
  try {
    return localStorage.getItem(languageKey)
  } catch {
    return null
  }
}

function keepLanguage(language: Language): void {
  try {
    localStorage.setItem(languageKey, language)
  } catch {
    return
  }
}
