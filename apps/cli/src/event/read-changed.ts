import { SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from '../errors.ts'

/** Paths of `--changed`, from the folder on. @throws SluiceError CLI_EVENT_WRONG */
export function readChanged(paths: readonly string[]): string[] {
  return paths.map((path) => {
    const inside = path.replace(/^(?:\.\/)+/, '')
    if (inside !== '' && !inside.startsWith('/') && !inside.split('/').includes('..')) return inside
    throw new SluiceError<CliErrorCode>(
      'CLI_EVENT_WRONG',
      `Cannot take "${path}" for a changed path: wanted a path from the pipeline's folder on, without ".."`,
    )
  })
}
