import { en } from './en.ts'
import type { Language } from './language.ts'
import { zh } from './zh.ts'

export type TextKey = keyof typeof en

/** The text of a key with its `{name}` places filled; a place without a value stays visible. */
export function translate(language: Language, key: TextKey, values: Record<string, string | number> = {}): string {
  const text = language === 'zh-CN' ? zh[key] : en[key]
  return text.replaceAll(/\{([a-zA-Z]+)\}/g, (place, name: string) => String(values[name] ?? place))
}
