import type { Mistake } from '@sluice/pipeline'
import { printable } from './printable.ts'

/** One line a mistake, `path:line:column: message`, as editors and terminals make it a link. No newline at the end. */
export function renderMistakes(mistakes: readonly Mistake[]): string {
  return mistakes
    .map(({ place, message }) => `${printable(place.path)}:${place.line}:${place.column}: ${printable(message)}`)
    .join('\n')
}
