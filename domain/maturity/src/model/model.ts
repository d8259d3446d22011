/** A text in both languages. */
export interface Sentence {
  en: string
  zh: string
}

/**
 * Who can prove a criterion. `A`: the platform alone. `M`: the platform proves the working part, a person supplies or
 * confirms a text or a scope. `H`: only a person.
 */
export type Mode = 'A' | 'M' | 'H'

/** Levels above the first; level 1 asks for nothing. */
export type CriterionLevel = 2 | 3 | 4 | 5

/** One demand of the model. */
export interface Criterion {
  /** Item, level and letter, e.g. `BCI-BP-BM-2a`. */
  id: string
  item: string
  level: CriterionLevel
  mode: Mode
  text: Sentence
}

/** One of the 49 rows that are graded. */
export interface Item {
  id: string
  /** Id of the sub-domain, e.g. `BCI`. */
  domain: string
  name: Sentence
  criteria: Criterion[]
}

/** One of the seven groups of items. */
export interface SubDomain {
  id: string
  name: Sentence
  items: Item[]
}

/** A criterion as the data files write it: level and letter, mode, English, Chinese. */
export type CriterionRow = [key: `${CriterionLevel}${string}`, mode: Mode, en: string, zh: string]

/** Builds an item from its rows. */
export function item(id: string, en: string, zh: string, rows: CriterionRow[]): Item {
  const criteria = rows.map(([key, mode, textEn, textZh]) => ({
    id: `${id}-${key}`,
    item: id,
    level: Number(key[0]) as CriterionLevel,
    mode,
    text: { en: textEn, zh: textZh },
  }))
  return { id, domain: id.split('-')[0] ?? id, name: { en, zh }, criteria }
}
