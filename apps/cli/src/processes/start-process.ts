import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, fstatSync, openSync } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from '../errors.ts'
import { identityOf } from './process-identity.ts'
import type { ProcessRecord, ProcessRecords } from './process-records.ts'

export interface ProcessSpec {
  /** Names the record, the log file and the process in messages. */
  name: string
  file: string
  args: readonly string[]
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  logFile: string
  /** Which of its lines of JSON says that it is ready; one with `"ready": true` by default. */
  isReady?: (line: Record<string, unknown>) => boolean
  /** 30 s by default. */
  readyTimeoutMs?: number
}

export interface StartedProcess extends ProcessRecord {
  /** It ran already. */
  adopted: boolean
  /** The line of JSON by which it said that it is ready; `null` when it was adopted. */
  ready: Record<string, unknown> | null
}

/**
 * Finds the recorded process alive, or starts it: in a process group of its own, with its output in its log file, so
 * that it needs nothing of this process. Returns when it has written the line of JSON that says it is ready.
 * @throws SluiceError CLI_PART_FAILED, CLI_PART_TIMEOUT with its last words; it is then not running
 */
export async function startProcess(spec: ProcessSpec, records: ProcessRecords): Promise<StartedProcess> {
  const running = await records.findRunning(spec.name)
  if (running !== null) return { ...running, adopted: true, ready: null }
  await mkdir(dirname(spec.logFile), { recursive: true, mode: 0o700 })
  const output = openSync(spec.logFile, 'a', 0o600)
  const logStart = fstatSync(output).size
  const child = spawn(spec.file, spec.args, {
    cwd: spec.cwd,
    env: spec.env,
    stdio: ['ignore', output, output],
    detached: true,
  })
  closeSync(output)
  const failed = new Promise<Error>((resolve) => child.once('error', resolve))
  const identity = child.pid === undefined ? null : await identityOf(child.pid)
  if (identity === null)
    throw partFailed(spec, child.pid === undefined ? String(await failed) : await lastLine(spec, logStart))
  const record = { ...identity, logFile: spec.logFile }
  await records.write(spec.name, record)
  try {
    const ready = await untilReady(spec, child, logStart)
    child.unref()
    return { ...record, adopted: false, ready }
  } catch (error) {
    if (child.exitCode === null && child.signalCode === null) process.kill(-identity.pid, 'SIGKILL')
    await records.remove(spec.name)
    throw error
  }
}

async function untilReady(spec: ProcessSpec, child: ChildProcess, logStart: number): Promise<Record<string, unknown>> {
  const timeoutMs = spec.readyTimeoutMs ?? 30_000
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const hasEnded = child.exitCode !== null || child.signalCode !== null
    const ready = findReadyLine(await readFrom(spec.logFile, logStart), spec.isReady)
    if (ready !== null && !hasEnded) return ready
    if (hasEnded) throw partFailed(spec, await lastLine(spec, logStart))
    if (performance.now() > deadline) {
      throw new SluiceError<CliErrorCode>(
        'CLI_PART_TIMEOUT',
        `Cannot start the ${spec.name}: it was not ready within ${timeoutMs / 1000} s (log: ${spec.logFile})`,
      )
    }
    await pause(15)
  }
}

/** The first whole line that is a JSON object and says that its writer is ready. */
export function findReadyLine(
  text: string,
  isReady: (line: Record<string, unknown>) => boolean = (line) => line['ready'] === true,
): Record<string, unknown> | null {
  for (const line of text.split('\n').slice(0, -1)) {
    const value = line.startsWith('{') ? parseObject(line) : null
    if (value !== null && isReady(value)) return value
  }
  return null
}

function parseObject(line: string): Record<string, unknown> | null {
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return null
  }
}

async function lastLine(spec: ProcessSpec, logStart: number): Promise<string> {
  return lastWords(await readFrom(spec.logFile, logStart))
}

/** The sentence by which a part said why it ended: a line that ends in a code, a logged error, or the last line. */
export function lastWords(text: string): string {
  const lines = text.split('\n').map((line) => line.trim())
  const logged = lines.map((line) => (line.startsWith('{') ? parseObject(line) : null))
  const failure = logged.findLast((line) => line?.['level'] === 'error')?.['message']
  const sentence = lines.findLast((line) => /\[[A-Z]+_[A-Z_]+\]$/.test(line))
  const thrown = lines.findLast((line) => /^\w*Error: /.test(line))
  const last = lines.findLast((line) => line !== '')
  return sentence ?? (typeof failure === 'string' ? failure : undefined) ?? thrown ?? last ?? 'it ended without a word'
}

async function readFrom(file: string, offset: number): Promise<string> {
  const handle = await open(file, 'r')
  try {
    const { size } = await handle.stat()
    const length = Math.min(Math.max(size - offset, 0), 262_144)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset)
    return buffer.subarray(0, bytesRead).toString('utf8')
  } finally {
    await handle.close()
  }
}

function partFailed(spec: ProcessSpec, words: string): SluiceError {
  return new SluiceError<CliErrorCode>(
    'CLI_PART_FAILED',
    `Cannot start the ${spec.name}: ${words.slice(0, 500)} (log: ${spec.logFile})`,
  )
}
