import { spawn, type ChildProcess } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'

/** Root of this checkout. */
export const checkout = resolve(import.meta.dirname, '../../..')

/** A program that was started, with the lines that it has printed so far. */
export class Command {
  readonly lines: string[] = []
  /** Its exit status; `null` when a signal ended it. */
  readonly ended: Promise<number | null>
  readonly child: ChildProcess
  readonly #events = new EventEmitter()
  #hasEnded = false

  constructor(file: string, args: readonly string[], env: Readonly<Record<string, string | undefined>>) {
    this.child = spawn(file, args, { cwd: '/', env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#hear(line))
    }
    this.ended = once(this.child, 'close').then(([status]: unknown[]) => {
      this.#hasEnded = true
      this.#events.emit('change')
      return status as number | null
    })
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  get output(): string {
    return this.lines.join('\n')
  }

  /** The first line that fits, from line `from` on; waited for when it is not there yet. */
  async line(pattern: RegExp, { from = 0, timeoutMs = 60_000 } = {}): Promise<string> {
    const signal = AbortSignal.timeout(timeoutMs)
    for (;;) {
      const found = this.lines.slice(from).find((line) => pattern.test(line))
      if (found !== undefined) return found
      const heard = this.lines.slice(-15).join('\n')
      if (this.#hasEnded) throw new Error(`it ended without a line ${String(pattern)}; its last lines:\n${heard}`)
      await once(this.#events, 'change', { signal }).catch((cause: unknown) => {
        throw new Error(`no line ${String(pattern)} within ${timeoutMs / 1000} s; the last lines:\n${heard}`, { cause })
      })
    }
  }

  /** Ctrl-C. @returns the exit status */
  async interrupt(): Promise<number | null> {
    this.child.kill('SIGINT')
    return this.ended
  }

  #hear(line: string): void {
    this.lines.push(line)
    this.#events.emit('change')
  }
}

/** Who runs a command, from which checkout. */
export interface Caller {
  checkout: string
  /** A number that is somebody else than the one who runs the tests, with a home folder. */
  as: { uid: number; home: string } | null
}

export const myself: Caller = { checkout, as: null }

/** Starts `./sluice`, as from a shell with no terminal. */
export function sluice(args: readonly string[], caller: Caller = myself): Command {
  const { PATH, HOME, LANG, TMPDIR } = process.env
  const file = `${caller.checkout}/sluice`
  const env = { PATH, HOME, LANG, TMPDIR, NO_COLOR: '1' }
  if (caller.as === null) return new Command(file, args, env)
  const { uid, home } = caller.as
  const rights = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups', '--']
  return new Command('setpriv', [...rights, file, ...args], { ...env, HOME: home })
}
