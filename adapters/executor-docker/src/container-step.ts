import type { Duplex } from 'node:stream'
import type { OnOutput, RunningStep, StepEnd } from '@sluice/execution'
import { SluiceError } from '@sluice/kernel'
import { textOf, type DockerEngine } from './docker-engine.ts'
import { readFrames } from './read-frames.ts'
import { ShellMark } from './shell-mark.ts'
import { startContainer } from './start-container.ts'

export interface ContainerStepRequest {
  engine: DockerEngine
  /** Makes all that is needed, and gives the container's id. */
  prepare: () => Promise<string>
  /** For messages. */
  what: string
  /** Of the script, as the job sees it. */
  scriptPath: string
  timeoutMs: number
  onOutput: OnOutput
}

/** Between SIGTERM and SIGKILL when the time is up. */
const timeoutGraceMs = 5000
const bashes = ['/usr/local/bin/bash', '/usr/bin/bash', '/bin/bash']

/**
 * One step in the job's container, which is started anew for it: with its last process the step ends. The image's
 * entrypoint gets `sh` as its command, whose input is the line that starts the script in bash, or in `sh` where there is none.
 */
export class ContainerStep implements RunningStep {
  readonly ended: Promise<StepEnd>
  readonly #request: ContainerStepRequest
  #why: 'timeout' | 'stopped' | null = null
  #graceMs = 0
  /** Of the container, once it runs. */
  #id: string | null = null
  #kill: NodeJS.Timeout | null = null

  constructor(request: ContainerStepRequest) {
    this.#request = request
    const limit = setTimeout(() => this.#stop('timeout', timeoutGraceMs), Math.min(request.timeoutMs, 2 ** 31 - 1))
    this.ended = this.#run()
      .catch((cause: unknown) => this.#failed(cause))
      .finally(() => {
        clearTimeout(limit)
        if (this.#kill !== null) clearTimeout(this.#kill)
      })
  }

  stop(graceMs: number): void {
    this.#stop('stopped', graceMs)
  }

  #stop(why: 'timeout' | 'stopped', graceMs: number): void {
    if (this.#why !== null) return
    this.#why = why
    this.#graceMs = graceMs
    if (this.#id !== null) this.#end(this.#id)
  }

  #end(id: string): void {
    void this.#ask(id)
    this.#kill = setTimeout(() => void this.#signal(id, 'SIGKILL'), this.#graceMs)
  }

  async #run(): Promise<StepEnd> {
    const { engine, prepare, what } = this.#request
    const id = await prepare()
    if (this.#why !== null) return { outcome: this.#why }
    const streams = await engine.attach(id)
    try {
      const wait = { method: 'POST', path: `/containers/${id}/wait`, query: { condition: 'next-exit' } } as const
      const exit = await engine.stream({ action: `wait for ${what}`, ...wait })
      exit.on('error', () => undefined)
      try {
        await startContainer(engine, id, what)
        this.#id = id
        if (this.#why !== null) this.#end(id)
        return await this.#follow(streams, textOf(exit))
      } finally {
        exit.destroy()
      }
    } finally {
      streams.destroy()
    }
  }

  async #follow(streams: Duplex, exit: Promise<string>): Promise<StepEnd> {
    const { onOutput, what } = this.#request
    exit.catch(() => undefined)
    const mark = new ShellMark()
    streams.on('error', () => undefined)
    streams.end(`${mark.line}; ${startLine(this.#request.scriptPath)}\n`)
    try {
      for await (const { stream, bytes } of readFrames(streams)) {
        const shown = stream === 'stderr' ? mark.take(bytes) : bytes
        if (shown.length > 0) await onOutput(shown)
      }
      const rest = mark.rest()
      if (rest.length > 0) await onOutput(rest)
    } catch (cause) {
      if (this.#id !== null) await this.#signal(this.#id, 'SIGKILL')
      if (this.#why === null) throw new Error(`Cannot pass on output: ${(cause as Error).message}`, { cause })
    }
    const { StatusCode: code, Error: fault } = JSON.parse(await exit) as {
      StatusCode: number
      Error: { Message: string } | null
    }
    if (this.#why !== null) return { outcome: this.#why }
    if (fault != null && fault.Message !== '') throw new Error(`Cannot run ${what}: ${fault.Message}`)
    if (!mark.isSeen) return noShell(what, code)
    return code === 0 ? { outcome: 'success', exitCode: 0 } : { outcome: 'failed', exitCode: code }
  }

  /** All processes, as a shell that is the first one of a container passes no signal on and need not heed one. */
  async #ask(id: string): Promise<void> {
    const { engine } = this.#request
    await this.#signal(id, 'SIGTERM')
    const body = { User: '0', Cmd: ['sh', '-c', 'kill -TERM -1'] }
    const action = 'ask processes to end'
    try {
      const path = `/containers/${id}/exec`
      const { Id: exec } = await engine.call<{ Id: string }>({ action, method: 'POST', path, body })
      await engine.call({ action, method: 'POST', path: `/exec/${exec}/start`, body: { Detach: true } })
    } catch {
      // It has ended, or has no shell that this user may run: SIGKILL will come.
    }
  }

  async #signal(id: string, signal: string): Promise<void> {
    const call = { action: 'send a signal', method: 'POST', path: `/containers/${id}/kill`, query: { signal } } as const
    await this.#request.engine.call(call).catch(() => undefined) // It has ended.
  }

  #failed(cause: unknown): StepEnd {
    if (this.#why !== null && cause instanceof SluiceError && cause.status === 409) return { outcome: this.#why }
    return { outcome: 'system-failure', message: cause instanceof Error ? cause.message : String(cause) }
  }
}

/** What is read is this line alone; the script's own input is empty. */
function startLine(scriptPath: string): string {
  const tries = bashes.map(
    (bash) => `if [ -x ${bash} ]; then exec ${bash} --noprofile --norc '${scriptPath}' </dev/null; fi`,
  )
  return [...tries, `exec sh '${scriptPath}' </dev/null`].join('; ')
}

/** Something ran, but not the script: a success of that is none. */
function noShell(what: string, code: number): StepEnd {
  const message = `Cannot run the script in ${what}: its entrypoint ended with exit code ${code} and started no shell; wanted one that runs its arguments, or \`entrypoint: [""]\``
  return { outcome: 'system-failure', message }
}
