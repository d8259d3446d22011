import type { BoundPath, IsolatedSpec } from '@sluice/execution'
import { SluiceError } from '@sluice/kernel'

/** Shells make these read-only or set them themselves; passing them on would stop the start. */
const shellOwned = new Set([
  'UID',
  'EUID',
  'PPID',
  'SHELLOPTS',
  'BASHOPTS',
  'BASH_VERSINFO',
  'IFS',
  'OPTIND',
  'PWD',
  'OLDPWD',
])

const maxEnvironmentCharacters = 1_500_000

/** A read-only path as a pair. */
export function boundPath(path: string | BoundPath): BoundPath {
  return typeof path === 'string' ? { from: path, to: path } : path
}

/**
 * Checks what the sandbox's shell script will be made of.
 * @throws SluiceError `EXECUTION_ISOLATION_SPEC`.
 */
export function checkSpec(spec: IsolatedSpec): void {
  if (spec.command.length === 0) throw refused('command', '', 'wanted a program')
  for (const word of [...spec.command, ...Object.values(spec.env)])
    if (word.includes('\0')) throw refused('command or environment', '', 'it holds NUL')
  checkPath('cwd', spec.cwd)
  for (const { from, to } of [...spec.readOnlyPaths.map(boundPath), ...spec.writablePaths]) {
    checkPath('bound path', from)
    checkPath('bound path', to)
    if (to === '/') throw refused('bound path', to, 'wanted a place below the root')
  }
  if (spec.hostname !== undefined && !/^[a-z0-9][a-z0-9-]{0,62}$/.test(spec.hostname))
    throw refused('hostname', spec.hostname, 'wanted lower-case letters, digits and dashes')
}

function checkPath(what: string, path: string): void {
  if (!path.startsWith('/') || /[\0\n]/.test(path) || path.split('/').includes('..'))
    throw refused(what, path, 'wanted an absolute path without ".." and line breaks')
}

function refused(what: string, value: string, wanted: string): SluiceError {
  return new SluiceError(
    'EXECUTION_ISOLATION_SPEC',
    `Cannot isolate a process: ${what} ${JSON.stringify(value)}: ${wanted}`,
  )
}

/**
 * The environment that is passed on, names checked. Names that the shell keeps for itself are left out.
 * @throws SluiceError `EXECUTION_ISOLATION_SPEC`.
 */
export function checkedEnvironment(env: Readonly<Record<string, string>>): [string, string][] {
  const entries = Object.entries(env).filter(([key]) => !shellOwned.has(key))
  let characters = 0
  for (const [key, value] of entries) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) throw refused('variable', key, 'wanted letters, digits and underscores')
    characters += key.length + value.length
  }
  if (characters > maxEnvironmentCharacters)
    throw refused('environment', `${characters} characters`, `wanted at most ${maxEnvironmentCharacters}`)
  return entries
}
