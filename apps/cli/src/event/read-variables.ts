import { createReadStream } from 'node:fs'
import type { PlanVariable } from '@sluice/contracts/plan'
import { minMaskedCharacters } from '@sluice/execution'
import { SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from '../errors.ts'
import type { EventOptions } from './event-options.ts'

const fileBytesMax = 1024 * 1024
const nameOf = /^[A-Za-z_][A-Za-z0-9_]*$/

/** What the command line gives for variables; later ones win. */
export interface GivenVariables {
  /** Of `--var-file`, masked: as those of a project, which all its pipelines have. */
  project: PlanVariable[]
  /** Of `--var`: for this one pipeline. */
  pipeline: PlanVariable[]
}

/** @throws SluiceError CLI_VARIABLE_WRONG; its message never holds a value */
export async function readVariables(options: Pick<EventOptions, 'var' | 'varFile'>): Promise<GivenVariables> {
  const files = await Promise.all((options.varFile ?? []).map(readSecrets))
  return { project: files.flat(), pipeline: (options.var ?? []).map((text) => readPair(text, '--var')) }
}

async function readSecrets(path: string): Promise<PlanVariable[]> {
  const lines = (await textOf(path)).split(/\r?\n/)
  return lines.flatMap((line, index) => {
    if (/^\s*(?:#|$)/.test(line)) return []
    const { key, value } = readPair(line.replace(/^\s*(?:export\s+)?/, ''), `${path}:${index + 1}`)
    const plain = unquoted(value)
    if (plain.length < minMaskedCharacters)
      throw wrong(`${path}:${index + 1}: ${key} is too short to be hidden; wanted ${minMaskedCharacters} characters`)
    // Raw: a secret with a dollar in it is not to be expanded.
    return [{ key, value: plain, masked: true, raw: true }]
  })
}

/** A pipe tells no size beforehand, and can be read but once. */
async function textOf(path: string): Promise<string> {
  try {
    const parts: Buffer[] = await createReadStream(path, { end: fileBytesMax }).toArray()
    const bytes = Buffer.concat(parts)
    if (bytes.length <= fileBytesMax) return bytes.toString('utf8')
  } catch (cause) {
    throw wrong(`${path} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`, cause)
  }
  throw wrong(`${path} is too large; wanted ${fileBytesMax} bytes at most`)
}

function readPair(text: string, place: string): PlanVariable {
  const equals = text.indexOf('=')
  const key = text.slice(0, equals)
  if (equals > 0 && nameOf.test(key)) return { key, value: text.slice(equals + 1) }
  throw wrong(`${place}: wanted KEY=VALUE with a name of letters, digits and "_"`)
}

function unquoted(value: string): string {
  const [, , inner] = /^(["'])(.*)\1$/.exec(value) ?? []
  return inner ?? value
}

function wrong(what: string, cause?: unknown): SluiceError {
  return new SluiceError<CliErrorCode>('CLI_VARIABLE_WRONG', `Cannot read the variables: ${what}`, { cause })
}
