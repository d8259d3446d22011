import type { IsolatedProcess, IsolatedSpec, Isolation, OnOutput, RunningStep, StepEnd } from '@sluice/execution'
import { SluiceError } from '@sluice/kernel'
import { startProcess, stepEnd, systemFailure, timeoutGraceMs, type StopReason } from './start-process.ts'

/** Starts an isolated process by the isolation's shortest way and streams its output, as `startProcess` does. */
export function startIsolated(
  isolation: Isolation,
  spec: IsolatedSpec,
  timeoutMs: number,
  onOutput: OnOutput,
): RunningStep {
  if (isolation.start === undefined) return startProcess(isolation.command(spec), timeoutMs, onOutput)
  return new IsolatedStep(isolation, spec, timeoutMs, onOutput)
}

class IsolatedStep implements RunningStep {
  readonly ended: Promise<StepEnd>
  #process: IsolatedProcess | null = null
  /** Where the shortest way cannot be gone. */
  #other: RunningStep | null = null
  #why: StopReason | null = null
  #graceMs = 0
  #kill: NodeJS.Timeout | null = null
  readonly #limit: NodeJS.Timeout

  constructor(isolation: Isolation, spec: IsolatedSpec, timeoutMs: number, onOutput: OnOutput) {
    this.#limit = setTimeout(() => this.#stop('timeout', timeoutGraceMs), Math.min(timeoutMs, 2 ** 31 - 1))
    this.ended = this.#run(isolation, spec, timeoutMs, onOutput).finally(() => {
      clearTimeout(this.#limit)
      if (this.#kill !== null) clearTimeout(this.#kill)
    })
  }

  stop(graceMs: number): void {
    this.#stop('stopped', graceMs)
  }

  #stop(why: StopReason, graceMs: number): void {
    if (this.#why !== null) return
    this.#why = why
    this.#graceMs = graceMs
    if (this.#other !== null) this.#other.stop(graceMs)
    else if (this.#process !== null) this.#end(this.#process)
  }

  #end(process: IsolatedProcess): void {
    process.signal('SIGTERM')
    this.#kill = setTimeout(() => process.signal('SIGKILL'), this.#graceMs)
  }

  async #run(isolation: Isolation, spec: IsolatedSpec, timeoutMs: number, onOutput: OnOutput): Promise<StepEnd> {
    try {
      this.#process = (await isolation.start?.(spec)) ?? null
    } catch (error) {
      if (error instanceof SluiceError) return systemFailure(error.message)
    }
    if (this.#process === null) {
      if (this.#why !== null) return { outcome: this.#why }
      // The other way has a limit of its own; stopped by this one it would tell that somebody stopped it.
      clearTimeout(this.#limit)
      this.#other = startProcess(isolation.command(spec), timeoutMs, onOutput)
      return this.#other.ended
    }
    if (this.#why !== null) this.#end(this.#process)
    return this.#follow(this.#process, onOutput)
  }

  async #follow(process: IsolatedProcess, onOutput: OnOutput): Promise<StepEnd> {
    let broken: Error | null = null
    try {
      for await (const chunk of process.output) await onOutput(chunk)
    } catch (error) {
      broken = error instanceof Error ? error : new Error('the reader of the output failed', { cause: error })
      process.output.destroy()
    }
    const { code, signal, fault } = await process.ended
    if (broken !== null && this.#why === null) return systemFailure(`Cannot pass on output: ${broken.message}`)
    if (fault !== '' && this.#why === null) return systemFailure(`Cannot make the sandbox: ${fault}`)
    return stepEnd(code, signal, this.#why, '')
  }
}
