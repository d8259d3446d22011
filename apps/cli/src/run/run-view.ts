import type { AttemptEnd } from './drive-run.ts'

/** How an attempt ended, as far as it is shown. */
export interface ShownEnd extends AttemptEnd {
  durationMs: number
  /** Why it could not be run at all. */
  problem: string | null
  /** Why it failed, where neither a reason nor an exit code says it. */
  sentence?: string
}

/** Shows jobs while they run. */
export interface RunView {
  /** Jobs of a child belong to the run too; some of them may be known already. */
  add(jobs: readonly string[]): void
  /** It could begin, but another job holds its resource group. */
  wait(job: string, resourceGroup: string): void
  begin(job: string, attempt: number): void
  /** Output of a job, masked, in order; awaited before more of it is read. */
  write(job: string, chunk: Uint8Array): void | Promise<void>
  end(job: string, end: ShownEnd): void
  /** A sentence about the run. */
  note(text: string): void
  /** Gives the terminal back. Nothing is shown after it. May be called again. */
  close(): void | Promise<void>
}
