import { useMemo, useState } from 'react'
import type { LogLine } from './read-log.ts'

/** Which sections are folded: those that say so themselves, until the reader decides otherwise. */
export function useFolding(lines: readonly LogLine[]) {
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(new Map())
  const sections = useMemo(() => lines.flatMap((line) => (line.section === null ? [] : [line.section])), [lines])
  const folded = useMemo(
    () =>
      new Set(sections.filter((section) => chosen.get(section.key) ?? section.collapsed).map((section) => section.key)),
    [sections, chosen],
  )
  const toggle = (key: string) => setChosen(new Map(chosen).set(key, !folded.has(key)))
  const toggleAll = () => setChosen(new Map(sections.map((section) => [section.key, folded.size === 0])))
  return { folded, toggle, toggleAll, any: sections.length > 0 }
}
