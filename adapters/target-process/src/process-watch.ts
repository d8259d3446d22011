import type { ChildProcess } from 'node:child_process'
import { isAlive, type ProcessIdentity } from './process-identity.ts'

interface Watched {
  identity: ProcessIdentity
  child: ChildProcess | null
}

/**
 * Notices the end of processes: own children by their exit, adopted ones by looking at `/proc` at an interval. Keeps
 * no process up and no event loop alive.
 */
export class ProcessWatch {
  readonly #watched = new Map<string, Watched>()
  readonly #onGone: (id: string, reason: string) => void
  readonly #timer: NodeJS.Timeout

  constructor(everyMs: number, onGone: (id: string, reason: string) => void) {
    this.#onGone = onGone
    this.#timer = setInterval(() => this.#look(), everyMs)
    this.#timer.unref()
  }

  /** Watches this process under the id; the same one again changes nothing. */
  add(id: string, identity: ProcessIdentity, child: ChildProcess | null): void {
    const known = this.#watched.get(id)
    if (known?.identity.pid === identity.pid && known.identity.startTicks === identity.startTicks) return
    const watched = { identity, child }
    this.#watched.set(id, watched)
    child?.unref()
    if (child === null) return
    const onExit = (code: number | null, signal: string | null): void =>
      this.#gone(id, watched, signal === null ? `exit code ${code}` : `signal ${signal}`)
    if (child.exitCode === null && child.signalCode === null) child.once('exit', onExit)
    else onExit(child.exitCode, child.signalCode)
  }

  drop(id: string): void {
    this.#watched.delete(id)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#watched.clear()
  }

  #look(): void {
    for (const [id, watched] of this.#watched) {
      if (watched.child === null && !isAlive(watched.identity)) this.#gone(id, watched, 'gone')
    }
  }

  #gone(id: string, watched: Watched, reason: string): void {
    if (this.#watched.get(id) !== watched) return
    this.#watched.delete(id)
    this.#onGone(id, reason)
  }
}
