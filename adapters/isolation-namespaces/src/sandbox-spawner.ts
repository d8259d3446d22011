import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { constants, openSync } from 'node:fs'
import type { Socket } from 'node:net'
import { constants as osConstants } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { IsolatedProcess, IsolatedProcessEnd, IsolatedSpec } from '@sluice/execution'
import { listAddress, shortRequest, type CallList } from './call-list.ts'
import { sandboxCalls } from './sandbox-calls.ts'
import { SandboxOutput } from './sandbox-output.ts'
import type { MachineLayout, SandboxMode } from './sandbox-script.ts'
import { standardPath } from './standard-path.ts'
import { systemCalls, type SystemCalls } from './system-calls.ts'

const ownProgram = fileURLToPath(new URL('spawner.pl', import.meta.url))

interface Live {
  calls: CallList
  end: PromiseWithResolvers<IsolatedProcessEnd>
}

/**
 * A process that starts sandboxes as `sandboxScript` describes them, by forking: a start costs 2 ms of processor time
 * instead of 45. It begins with the first sandbox and ends with this process; when it was killed, so were its sandboxes,
 * and the next start begins another one.
 */
export class SandboxSpawner {
  readonly #mode: SandboxMode
  readonly #machine: MachineLayout
  readonly #launcher: readonly string[]
  readonly #program: string
  #helper: Promise<Helper> | null = null
  #child: ChildProcess | null = null

  /** @param launcher Perl, and in tests another user before it, who must be able to read `program`. */
  constructor(mode: SandboxMode, machine: MachineLayout, launcher: readonly string[] = ['perl'], program = ownProgram) {
    this.#mode = mode
    this.#machine = machine
    this.#launcher = launcher
    this.#program = program
  }

  /** Of the process that runs now. */
  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  /**
   * Starts a sandbox. Rejects where none can be started at all.
   * @throws SluiceError `EXECUTION_ISOLATION_SPEC`.
   */
  async start(spec: IsolatedSpec): Promise<IsolatedProcess> {
    const numbers = systemCalls(process.arch)
    if (numbers === null) throw new Error(`the numbers of system calls of "${process.arch}" are not known`)
    const calls = sandboxCalls(spec, this.#mode, this.#machine, numbers)
    this.#helper ??= this.#begin(numbers)
    const helper = await this.#helper
    return helper.start(calls, spec.command[0] ?? '')
  }

  /** Ends the process and with it every sandbox; the next start begins another one. */
  async close(): Promise<void> {
    const helper = await this.#helper?.catch(() => null)
    await helper?.close()
  }

  /** SIGKILL to the process, also where it never became ready; what waits for it is rejected. */
  kill(): void {
    this.#child?.kill('SIGKILL')
  }

  async #begin(numbers: SystemCalls): Promise<Helper> {
    try {
      const named = Object.entries(numbers).map(([name, number]) => `${name}=${number}`)
      const [file = '', ...args] = [...this.#launcher, this.#program, this.#mode, String(listAddress), ...named]
      // Else each process that it forks looks up again where the functions are that it calls.
      const env = { PATH: standardPath, LC_ALL: 'C', LD_BIND_NOW: '1' }
      // Detached: signals of a terminal are for the caller, who then stops the sandboxes one by one.
      const child = spawn(file, args, { env, cwd: '/', stdio: ['pipe', 'pipe', 'ignore'], detached: true })
      this.#child = child
      const helper = new Helper(child, () => (this.#helper = null))
      await helper.ready
      return helper
    } catch (error) {
      this.#helper = null
      throw error
    }
  }
}

/** The running program, and the sandboxes that it has started. */
class Helper {
  readonly ready: Promise<void>
  readonly #child: ChildProcess
  readonly #live = new Map<number, Live>()
  readonly #starting = new Map<number, { calls: CallList; started: PromiseWithResolvers<IsolatedProcess> }>()
  #count = 0
  #rest = ''

  constructor(child: ChildProcess, onEnd: () => void) {
    this.#child = child
    const ready = Promise.withResolvers<void>()
    this.ready = ready.promise
    child.stdin?.on('error', () => undefined)
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n')
      this.#rest = lines.pop() ?? ''
      for (const line of lines)
        if (line === 'ready') this.#begun(ready)
        else this.#take(line)
    })
    const end = (cause: Error): void => {
      onEnd()
      ready.reject(cause)
      this.#endAll(cause)
    }
    child.on('error', end)
    child.on('close', (code, signal) => end(new Error(`the spawner ended with ${signal ?? code}: ${this.#rest}`)))
  }

  #begun(ready: PromiseWithResolvers<void>): void {
    this.#keepsProcessAlive(false)
    ready.resolve()
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#keepsProcessAlive(true)
    const closed = once(this.#child, 'close')
    this.#child.stdin?.end()
    await closed
  }

  start(calls: CallList, name: string): Promise<IsolatedProcess> {
    const id = (this.#count += 1)
    const started = Promise.withResolvers<IsolatedProcess>()
    this.#starting.set(id, { calls, started })
    this.#keepsProcessAlive(true)
    this.#child.stdin?.write(calls.request(id, name))
    return started.promise
  }

  #take(line: string): void {
    const [kind, id, number, call, ...words] = line.split(' ')
    if (kind === 'started') this.#started(Number(id), number ?? '')
    else if (kind === 'ended') this.#ended(Number(id), endOf(Number(number)), Number(call), words.join(' '))
  }

  #started(id: number, descriptor: string): void {
    const starting = this.#starting.get(id)
    if (starting === undefined) return
    const { calls, started } = starting
    this.#starting.delete(id)
    try {
      const path = `/proc/${this.#child.pid}/fd/${descriptor}`
      const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
      const output = new SandboxOutput(fd)
      const end = Promise.withResolvers<IsolatedProcessEnd>()
      this.#live.set(id, { calls, end })
      const signal = (name: 'SIGTERM' | 'SIGKILL'): void => this.#ask('signal', id, osConstants.signals[name])
      started.resolve({ output, ended: end.promise, signal })
    } catch (error) {
      this.#ask('signal', id, osConstants.signals.SIGKILL)
      started.reject(error)
    } finally {
      this.#ask('opened', id)
    }
  }

  #ask(kind: 'opened' | 'signal', id: number, signal?: number): void {
    this.#child.stdin?.write(shortRequest(kind, id, signal))
  }

  #ended(id: number, end: Omit<IsolatedProcessEnd, 'fault'>, call: number, reason: string): void {
    this.#starting.get(id)?.started.reject(new Error(`cannot start a process: ${reason}`))
    this.#starting.delete(id)
    const live = this.#live.get(id)
    this.#live.delete(id)
    live?.end.resolve({ ...end, fault: reason === '' ? '' : `${live.calls.faultAt(call)}: ${reason}` })
    this.#keepsProcessAlive(this.#live.size + this.#starting.size > 0)
  }

  #endAll(cause: Error): void {
    for (const id of [...this.#starting.keys(), ...this.#live.keys()])
      this.#ended(id, { code: null, signal: 'SIGKILL' }, 0, cause.message)
  }

  /** While nothing runs the helper must not keep this program from ending. */
  #keepsProcessAlive(isNeeded: boolean): void {
    const streams = [this.#child.stdin, this.#child.stdout] as (Socket | null)[]
    for (const one of [this.#child, ...streams])
      if (isNeeded) one?.ref()
      else one?.unref()
  }
}

const signalNames: Readonly<Record<number, string>> = { 9: 'SIGKILL', 15: 'SIGTERM' }

/** A status as of wait(2). */
function endOf(status: number): Pick<IsolatedProcessEnd, 'code' | 'signal'> {
  const signal = status & 127
  return signal === 0
    ? { code: status >> 8, signal: null }
    : { code: null, signal: signalNames[signal] ?? `signal ${signal}` }
}
