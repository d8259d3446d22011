import { printable } from './printable.ts'

const named = 3

/** A note on files that Git does not track and that are therefore left out; `null` where there are none. */
export function renderLeftOut(paths: readonly string[]): string | null {
  if (paths.length === 0) return null
  const shown = paths.slice(0, named).map(printable).join(', ')
  const more = paths.length > named ? `, and ${paths.length - named} more` : ''
  return `note: left out, as Git does not track them: ${shown}${more}; --include-untracked adds them`
}
