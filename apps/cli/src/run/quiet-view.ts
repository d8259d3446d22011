import type { RunView } from './run-view.ts'

/** Shows nothing of the jobs, only what is said of the run. */
export function quietView(write: (text: string) => void): RunView {
  return {
    add: () => undefined,
    wait: () => undefined,
    begin: () => undefined,
    write: () => undefined,
    end: () => undefined,
    note: (text) => write(`${text}\n`),
    close: () => undefined,
  }
}
