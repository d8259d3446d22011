import type { ProgressItem } from './progress-item.ts'

/** Shows items while they change. */
export interface ProgressView {
  /** The items as they are now, all of them, always in the same order. */
  show(items: readonly ProgressItem[]): void
  /** A sentence between the lines of the view. */
  say(sentence: string): void
  /** Shows the last state and gives the terminal back. */
  close(): Promise<void>
}

/** Where lines go. */
export interface Output {
  isTTY?: boolean | undefined
  columns?: number | undefined
  write(text: string): unknown
}
