import { Listr, type DefaultRenderer, type ListrTask, type ListrTaskWrapper, type SimpleRenderer } from 'listr2'
import pc from 'picocolors'
import { cutTo } from '../plan/display-width.ts'
import { isFinal, type ProgressItem } from './progress-item.ts'
import type { Output, ProgressView } from './progress-view.ts'

type Task = ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>
type TaskDefinition = ListrTask<unknown, typeof DefaultRenderer, typeof SimpleRenderer>

/** An item's line on the terminal, which waits for the item to end or to get parts. */
interface Slot {
  item: ProgressItem
  task: Task | null
  parts: readonly ProgressItem[]
  /** Resolved by the end of the item or by its first parts. */
  moved: PromiseWithResolvers<void>
  ended: PromiseWithResolvers<void>
}

const listOptions = {
  concurrent: true,
  exitOnError: false,
} as const

const rendererOptions = {
  collapseSubtasks: false,
  showErrorMessage: false,
  showSkipMessage: false,
  formatOutput: 'truncate',
} as const

/**
 * Spinners, by listr2. One of its lists cannot grow once it runs: parts of an item become a list within it, and other
 * items that come late a list beneath, when the first has ended.
 */
export function terminalView(output: Output): ProgressView {
  return new TerminalView(output)
}

class TerminalView implements ProgressView {
  readonly #output: Output
  readonly #slots = new Map<string, Slot>()
  #running: Promise<void> | null = null
  #late: readonly ProgressItem[] = []

  constructor(output: Output) {
    this.#output = output
  }

  show(items: readonly ProgressItem[]): void {
    for (const item of items) {
      const slot = this.#slots.get(item.id)
      if (slot === undefined) continue
      slot.parts = items.filter((part) => part.parent === item.id)
      this.#settle(slot, item)
    }
    this.#late = items.filter((item) => item.parent === null && !this.#slots.has(item.id))
    if (this.#running === null) this.#beginLate(items)
  }

  say(sentence: string): void {
    const live = [...this.#slots.values()].find((slot) => slot.item.state === 'running' && slot.task !== null)
    if (this.#running === null || live?.task == null) this.#output.write(`${sentence}\n`)
    else live.task.output = sentence
  }

  async close(): Promise<void> {
    this.#late = []
    for (const slot of this.#slots.values()) {
      const isOpen = !isFinal(slot.item)
      this.#settle(slot, isOpen ? { ...slot.item, state: 'skipped' } : slot.item)
    }
    while (this.#running !== null) await this.#running
  }

  #beginLate(all: readonly ProgressItem[]): void {
    const items = this.#late
    if (items.length === 0) return
    this.#late = []
    const list = new Listr(this.#tasksOf(items, all), {
      ...listOptions,
      rendererOptions,
      registerSignalListeners: false,
    })
    this.#running = this.#untilOver(list)
  }

  async #untilOver(list: { run(): Promise<unknown> }): Promise<void> {
    await list.run()
    this.#running = null
    this.#beginLate(this.#late)
  }

  #tasksOf(items: readonly ProgressItem[], all: readonly ProgressItem[]): TaskDefinition[] {
    return items.map((item) => {
      const slot: Slot = {
        item,
        task: null,
        parts: all.filter((part) => part.parent === item.id),
        moved: Promise.withResolvers<void>(),
        ended: Promise.withResolvers<void>(),
      }
      slot.ended.promise.catch(() => undefined)
      this.#slots.set(item.id, slot)
      this.#settle(slot, item)
      return { title: this.#titleOf(item), task: (_context, task) => this.#run(slot, task) }
    })
  }

  async #run(slot: Slot, task: Task): Promise<unknown> {
    slot.task = task
    task.title = this.#titleOf(slot.item)
    await slot.moved.promise
    if (slot.parts.length > 0) return task.newListr(this.#tasksOf(slot.parts, slot.parts), listOptions)
    await slot.ended.promise
    if (slot.item.state === 'skipped') task.skip()
    return undefined
  }

  #settle(slot: Slot, item: ProgressItem): void {
    slot.item = item
    if (slot.task !== null) slot.task.title = this.#titleOf(item)
    if (isFinal(item) || slot.parts.length > 0) slot.moved.resolve()
    if (!isFinal(item)) return
    if (item.state === 'failed') slot.ended.reject(new Error(item.title))
    else slot.ended.resolve()
  }

  /** Title and note on one line of the terminal; marks and indentation take the first columns. */
  #titleOf(item: ProgressItem): string {
    const text = item.note === '' ? item.title : `${item.title}  ${item.note}`
    const room = Math.max(20, (this.#output.columns ?? 80) - (item.parent === null ? 4 : 6))
    const cut = cutTo(text, room)
    return item.state === 'waiting' ? pc.dim(cut) : cut
  }
}
