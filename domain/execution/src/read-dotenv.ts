import type { PlanVariable } from '@sluice/contracts/plan'
import { SluiceError } from '@sluice/kernel'

/** GitLab's limits of `artifacts:reports:dotenv` (its defaults: 5 KiB, 20 variables). */
export const dotenvLimits = { sizeBytes: 5 * 1024, variables: 20 } as const

/**
 * The variables of a job's dotenv reports, by GitLab's rules: UTF-8, one `NAME=value` a line, no empty line and no
 * comment; blanks at both ends of name and value are dropped, quotes are kept; the last one of a name counts.
 * @throws SluiceError `EXECUTION_DOTENV`, status 422
 */
export function readDotenv(files: readonly { path: string; bytes: Uint8Array }[]): PlanVariable[] {
  checkDotenvSize(files.map(({ path, bytes }) => ({ path, sizeBytes: bytes.length })))
  const variables = new Map<string, string>()
  for (const { path, bytes } of files)
    for (const [name, value] of linesOf(path, bytes).map((line, index) => variableOf(path, line, index)))
      variables.set(name, value)
  if (variables.size > dotenvLimits.variables)
    throw refused(files[0]?.path ?? '', `it has ${variables.size} variables; wanted ${dotenvLimits.variables} at most`)
  return [...variables].map(([key, value]) => ({ key, value }))
}

/** @throws SluiceError `EXECUTION_DOTENV`, status 422, for files that are too large together */
export function checkDotenvSize(files: readonly { path: string; sizeBytes: number }[]): void {
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  if (sizeBytes > dotenvLimits.sizeBytes)
    throw refused(files[0]?.path ?? '', `it has ${sizeBytes} bytes; wanted ${dotenvLimits.sizeBytes} at most`)
}

function linesOf(path: string, bytes: Uint8Array): string[] {
  const lines = textOf(path, bytes)
    .replace(/^\uFEFF/, '')
    .split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** `decodeURIComponent` refuses what is no UTF-8. */
function textOf(path: string, bytes: Uint8Array): string {
  try {
    return decodeURIComponent(Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''))
  } catch {
    throw refused(path, 'it is not UTF-8')
  }
}

function variableOf(path: string, line: string, index: number): [name: string, value: string] {
  const at = line.indexOf('=')
  if (at < 0) throw refused(path, `line ${index + 1} has no "="; wanted NAME=value on each line`)
  const name = line.slice(0, at).trim()
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw refused(path, `line ${index + 1} has a name that is not letters, digits and "_"`)
  return [name, line.slice(at + 1).trim()]
}

function refused(path: string, fault: string): SluiceError {
  const shown = JSON.stringify(path.slice(0, 200))
  return new SluiceError('EXECUTION_DOTENV', `Cannot take dotenv report ${shown}: ${fault}`, { status: 422 })
}
