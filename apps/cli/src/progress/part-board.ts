import type { ProgressItem } from './progress-item.ts'
import type { ProgressView } from './progress-view.ts'

/** The parts of the platform as lines of a progress view, while they start. */
export interface PartBoard {
  /** Shows the part as running while `work` is under way; `note` says what came of it. */
  during<T>(name: string, work: () => Promise<T>, note: (result: T) => string): Promise<T>
}

export function createPartBoard(view: ProgressView, names: readonly string[]): PartBoard {
  let items: ProgressItem[] = names.map((name) => ({
    id: `part:${name}`,
    group: 'start',
    parent: null,
    title: name,
    state: 'waiting',
    note: '',
  }))
  const set = (name: string, state: ProgressItem['state'], note: string): void => {
    items = items.map((item) => (item.title === name ? { ...item, state, note } : item))
    view.show(items)
  }
  return {
    async during(name, work, note) {
      set(name, 'running', '')
      try {
        const result = await work()
        set(name, 'done', note(result))
        return result
      } catch (error) {
        set(name, 'failed', '')
        throw error
      }
    },
  }
}
