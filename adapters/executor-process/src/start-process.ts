import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { IsolatedCommand, OnOutput, RunningStep, StepEnd } from '@sluice/execution'

/** How long output may still flow after the process ended; only without isolation can something hold it open. */
const drainLimitMs = 2000
/** Between SIGTERM and SIGKILL when the time is up. */
export const timeoutGraceMs = 5000
/** What the sandbox says on standard error when it could not be made; the step itself writes only standard output. */
const sandboxFault = /^sluice-sandbox: (.*)$/m

/** Starts an isolated process and streams its output. Everything it started is dead when `ended` resolves. */
export function startProcess(isolated: IsolatedCommand, timeoutMs: number, onOutput: OnOutput): RunningStep {
  const { file, args, env, cwd, input } = isolated
  const child = spawn(file, args, { env, cwd, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  // The process may end before it read its input: its exit status tells what happened.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const stopper = stopperOf(child)
  const limit = setTimeout(() => stopper.stop('timeout', timeoutGraceMs), Math.min(timeoutMs, 2 ** 31 - 1))
  const ended = endOf(child, onOutput, () => stopper.why).finally(() => {
    clearTimeout(limit)
    stopper.done()
  })
  return { ended, stop: (graceMs) => stopper.stop('stopped', graceMs) }
}

export type StopReason = 'timeout' | 'stopped'

interface Stopper {
  readonly why: StopReason | null
  stop(reason: StopReason, graceMs: number): void
  done(): void
}

function stopperOf(child: ChildProcess): Stopper {
  let why: StopReason | null = null
  let kill: NodeJS.Timeout | null = null
  return {
    get why() {
      return why
    },
    stop(reason, graceMs) {
      if (why !== null || hasEnded(child)) return
      why = reason
      signalGroup(child, 'SIGTERM')
      kill = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs)
    },
    done() {
      if (kill !== null) clearTimeout(kill)
    },
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause
  }
}

async function endOf(child: ChildProcess, onOutput: OnOutput, why: () => StopReason | null): Promise<StepEnd> {
  let fault = ''
  const takeError: OnOutput = (chunk) => {
    if (fault.length < 4000) fault += Buffer.from(chunk).toString('utf8')
    return onOutput(chunk)
  }
  const outputs = Promise.allSettled([pump(child.stdout, onOutput), pump(child.stderr, takeError)])
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
    signalGroup(child, 'SIGKILL')
    const drain = setTimeout(() => destroyOutputs(child), drainLimitMs)
    const results = await outputs
    clearTimeout(drain)
    const broken = results.find((result) => result.status === 'rejected')
    if (broken !== undefined && why() === null) return systemFailure(`Cannot pass on output: ${String(broken.reason)}`)
    return stepEnd(code, signal, why(), fault)
  } catch (cause) {
    destroyOutputs(child)
    return systemFailure(`Cannot start "${child.spawnfile}": ${(cause as Error).message}`)
  }
}

function destroyOutputs(child: ChildProcess): void {
  child.stdout?.destroy()
  child.stderr?.destroy()
}

/** Reads no further chunk before the last was taken. A stream that was destroyed has simply ended. */
async function pump(stream: ChildProcess['stdout'], onOutput: OnOutput): Promise<void> {
  if (stream === null) return
  try {
    for await (const chunk of stream) await onOutput(chunk as Uint8Array)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw cause
  }
}

export function stepEnd(code: number | null, signal: string | null, why: StopReason | null, fault: string): StepEnd {
  if (why !== null) return { outcome: why }
  const sandbox = code === 125 ? sandboxFault.exec(fault)?.[1] : undefined
  if (sandbox !== undefined) return systemFailure(`Cannot make the sandbox: ${sandbox}`)
  if (code === null) return systemFailure(`The process was killed from outside by ${signal}`)
  return code === 0 ? { outcome: 'success', exitCode: 0 } : { outcome: 'failed', exitCode: code }
}

export const systemFailure = (message: string): StepEnd => ({ outcome: 'system-failure', message })
