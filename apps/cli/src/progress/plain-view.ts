import { changedLines } from './changed-lines.ts'
import type { ProgressItem } from './progress-item.ts'
import type { Output, ProgressView } from './progress-view.ts'

/** One line for each thing that begins or ends. */
export function plainView(output: Output): ProgressView {
  let before: readonly ProgressItem[] = []
  return {
    show(items) {
      for (const line of changedLines(before, items)) output.write(`${line}\n`)
      before = items
    },
    say: (sentence) => void output.write(`${sentence}\n`),
    close: () => Promise.resolve(),
  }
}
