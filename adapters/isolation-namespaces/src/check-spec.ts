import { isolationRefused, type BoundPath, type IsolatedSpec, type Layers } from '@sluice/execution'

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
  if (spec.command.length === 0) throw isolationRefused('command', '', 'wanted a program')
  for (const word of [...spec.command, ...Object.values(spec.env)])
    if (word.includes('\0')) throw isolationRefused('command or environment', '', 'it holds NUL')
  checkPath('cwd', spec.cwd)
  for (const { from, layers } of spec.writablePaths)
    if (layers !== undefined) checkLayers({ ...layers, below: [...layers.below, from] })
  for (const { from, to } of [...spec.readOnlyPaths.map(boundPath), ...spec.writablePaths]) {
    checkPath('bound path', from)
    checkPath('bound path', to)
    if (to === '/') throw isolationRefused('bound path', to, 'wanted a place below the root')
  }
  if (spec.hostname !== undefined && !/^[a-z0-9][a-z0-9-]{0,62}$/.test(spec.hostname))
    throw isolationRefused('hostname', spec.hostname, 'wanted lower-case letters, digits and dashes')
}

/** mount(2) takes the options of a mount as one page of text. */
const maxLayerCharacters = 3000

/**
 * Checks folders that become options of a mount, where a comma or a colon would begin another one.
 * @throws SluiceError `EXECUTION_ISOLATION_SPEC`.
 */
export function checkLayers({ below, work }: Layers): void {
  for (const path of [...below, work]) {
    checkPath('layer', path)
    if (/[,:\\"]/.test(path)) throw isolationRefused('layer', path, 'wanted a path without ",", ":", quotes and "\\"')
  }
  const characters = below.join(':').length
  if (characters === 0 || characters > maxLayerCharacters)
    throw isolationRefused('layers', `${characters} characters`, `wanted 1 to ${maxLayerCharacters}`)
}

function checkPath(what: string, path: string): void {
  if (!path.startsWith('/') || /[\0\n]/.test(path) || path.split('/').includes('..'))
    throw isolationRefused(what, path, 'wanted an absolute path without ".." and line breaks')
}

/**
 * The environment that is passed on, names checked. Names that the shell keeps for itself are left out.
 * @throws SluiceError `EXECUTION_ISOLATION_SPEC`.
 */
export function checkedEnvironment(env: Readonly<Record<string, string>>): [string, string][] {
  const entries = Object.entries(env).filter(([key]) => !shellOwned.has(key))
  let characters = 0
  for (const [key, value] of entries) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key))
      throw isolationRefused('variable', key, 'wanted letters, digits and underscores')
    characters += key.length + value.length
  }
  if (characters > maxEnvironmentCharacters)
    throw isolationRefused('environment', `${characters} characters`, `wanted at most ${maxEnvironmentCharacters}`)
  return entries
}
