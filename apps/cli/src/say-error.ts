import { ApiFailure } from '@sluice/contracts/client'
import { SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from './errors.ts'

/** Writes an error as one clear line. */
export function sayError(error: unknown, output: { write(text: string): unknown } = process.stderr): void {
  output.write(`sluice: ${sentenceOf(error)}\n`)
}

/** One sentence with its code, from anything that was thrown. */
export function sentenceOf(error: unknown): string {
  if (error instanceof SluiceError) return error.toString()
  if (error instanceof ApiFailure) return `${error.message} [${error.code}]`
  const code = (error as NodeJS.ErrnoException | null)?.code
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new SluiceError<CliErrorCode>(
      'CLI_DISK_FULL',
      'Cannot write: the disk is full; free some space, then start again',
    ).toString()
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND')
    return new SluiceError<CliErrorCode>(
      'CLI_MODULES_MISSING',
      `Cannot load the packages of the checkout: run "npm ci" in it first (${firstLine(error)})`,
    ).toString()
  return firstLine(error)
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}
