import type { SystemCall, SystemCalls } from './system-calls.ts'

/**
 * Where spawner.pl keeps what it was sent: an address that is free in every process of Linux, also where there are but 39
 * bits of them. The 4 KiB before it are its own.
 */
export const listAddress = 0x40_0000_1000
/** More than any environment takes, see `checkedEnvironment`. */
const listBytesMax = 4 * 1024 * 1024

/** As a first argument, the file that takes the output: known only when the list is run. */
export const outputFile = { mark: 1 } as const
/** As a first argument, the result of the last call that `saves`. */
export const savedResult = { mark: 2 } as const

/** Bytes and texts become addresses; a text ends with NUL. */
export type CallArgument = number | string | Uint8Array | typeof outputFile | typeof savedResult

export interface CallRule {
  /** What its failure is called; without, it may fail. */
  fault?: string
  /** Where it fails, the next one is made instead; where not, that one is left out. */
  orNext?: true
  saves?: true
  /** Starts the command: only where it fails do others follow. */
  execs?: true
  /** Is made only where the last start failed because its program is a script that names no shell. */
  ofScript?: true
}

const wordBytes = 8
const callWords = 8
const argumentsMax = 5
const rules = { mayFail: 1, orNext: 2, saves: 4, execs: 8, ofScript: 16 } as const
const requests = { start: 1, opened: 2, signal: 3 } as const

/** A request about a sandbox that was started, as spawner.pl reads it. */
export function shortRequest(kind: 'opened' | 'signal', id: number, signal = 0): Buffer {
  const body = Buffer.alloc(wordBytes * (1 + callWords))
  for (const [index, word] of [wordBytes * callWords, requests[kind], id, signal].entries())
    writeWord(body, index, word)
  return body
}

/**
 * System calls in the order in which spawner.pl makes them. Three parts: what it does itself, what number 1 of the sandbox
 * does, and what the command's process does. Addresses are final, so that the program there has but to run it.
 */
export class CallList {
  readonly #numbers: SystemCalls
  /** `callWords` a call. */
  readonly #words: number[] = []
  readonly #texts: (string | Uint8Array)[] = []
  #textsEnd = wordBytes * callWords
  readonly #partEnds: number[] = []
  readonly #faults: string[] = []

  constructor(numbers: SystemCalls) {
    this.#numbers = numbers
  }

  add(call: SystemCall, args: readonly CallArgument[], rule: CallRule = {}): void {
    const { fault } = rule
    let bits = fault === undefined ? rules.mayFail : 0
    for (const name of ['orNext', 'saves', 'execs', 'ofScript'] as const) if (rule[name]) bits |= rules[name]
    const [first = 0, ...others] = args
    const values = [first, ...others].map((arg) => this.#valueOf(arg))
    const mark = typeof first === 'object' && 'mark' in first ? first.mark : 0
    while (values.length < argumentsMax) values.push(0)
    this.#words.push(this.#numbers[call], bits, mark, ...values)
    this.#faults.push(fault ?? '')
  }

  /** What comes next is of the next part. */
  endPart(): void {
    this.#partEnds.push(this.#words.length / callWords)
  }

  /** The address of addresses, with 0 after the last, as execve(2) takes them. */
  addresses(texts: readonly string[]): Uint8Array {
    const bytes = Buffer.alloc(wordBytes * (texts.length + 1))
    for (const [index, text] of texts.entries()) writeWord(bytes, index, this.#place(text))
    return bytes
  }

  /** The whole as spawner.pl reads it. `name`: of the command, for its own message. */
  request(id: number, name: string): Buffer {
    const nameAt = this.#place(name)
    const callsAt = this.#callsAt
    const length = callsAt + this.#words.length * wordBytes
    if (length > listBytesMax) throw new RangeError(`a list of ${length} bytes: at most ${listBytesMax} can be run`)
    const body = Buffer.alloc(wordBytes + length)
    const ends = this.#partEnds.map((calls) => listAddress + callsAt + calls * callWords * wordBytes)
    const head = [length, requests.start, id, listAddress + callsAt, ...ends, nameAt]
    for (const [index, word] of head.entries()) writeWord(body, index, word)
    let at = wordBytes + wordBytes * callWords
    for (const text of this.#texts) at += writeText(body, at, text)
    const first = 1 + callsAt / wordBytes
    for (const [index, word] of this.#words.entries()) writeWord(body, first + index, word)
    return body
  }

  /** What the failure of the call at an address is called; `''` for none of this list's. */
  faultAt(address: number): string {
    return this.#faults[(address - listAddress - this.#callsAt) / (callWords * wordBytes)] ?? ''
  }

  get #callsAt(): number {
    return Math.ceil(this.#textsEnd / wordBytes) * wordBytes
  }

  #valueOf(arg: CallArgument): number {
    if (typeof arg === 'number') return arg
    return typeof arg === 'string' || arg instanceof Uint8Array ? this.#place(arg) : 0
  }

  #place(text: string | Uint8Array): number {
    // Bytes may hold addresses, which begin where eight divides them.
    if (typeof text !== 'string') {
      const gap = -this.#textsEnd & (wordBytes - 1)
      if (gap > 0) this.#place(' '.repeat(gap - 1))
    }
    const address = listAddress + this.#textsEnd
    this.#texts.push(text)
    this.#textsEnd += typeof text === 'string' ? Buffer.byteLength(text) + 1 : text.length
    return address
  }
}

/** With the NUL that the buffer has there already. */
function writeText(body: Buffer, at: number, text: string | Uint8Array): number {
  if (typeof text === 'string') return body.write(text, at) + 1
  body.set(text, at)
  return text.length
}

/** 64 bits, little-endian; of a number that may be negative, and exact to 2^53. */
function writeWord(body: Buffer, index: number, word: number): void {
  body.writeInt32LE(word | 0, index * wordBytes)
  body.writeInt32LE(Math.floor(word / 2 ** 32), index * wordBytes + 4)
}
