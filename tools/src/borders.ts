import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { exportedFile, ownerOf, type PackageInfo } from './package-info.ts'
import { forbiddenGlobals } from './pure-globals.ts'
import { ringsOf } from './rings.ts'
import { isTestFile, type SourceFile } from './source-file.ts'
import { importsOf, parse } from './syntax.ts'

/** A broken rule, as `path:line message`. */
export interface BorderProblem {
  path: string
  line: number
  message: string
}

/** What the check saw; nothing seen is for the caller to treat as a failure. */
export interface BorderReport {
  problems: BorderProblem[]
  files: number
  imports: number
}

/** One import with everything that the rules look at. */
interface Crossing {
  file: SourceFile
  line: number
  specifier: string
  from: PackageInfo
  /** Package of the repository that is imported, where it is one. */
  to: PackageInfo | null
  /** File from the root, where it is one of ours. */
  target: string | null
}

const rooms = ['contracts', 'domain', 'adapters', 'apps']
const rank = (path: string): number => rooms.indexOf(path.split('/')[0] ?? '')
const roomOf = (path: string): string => path.split('/')[0] ?? ''
const isRelative = (specifier: string): boolean => /^\.\.?(\/|$)/.test(specifier)
const isNodeBuiltin = (specifier: string): boolean =>
  specifier.startsWith('node:') || builtinModules.includes(specifier.split('/')[0] ?? '')
const packageNameOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
const isFree = (path: string): boolean => ['tests', 'tools', 'bench'].includes(roomOf(path)) || !path.includes('/')
/** Programs that only build or check `card/`: they may take its development dependencies. */
const isCardTool = (path: string): boolean => path.startsWith('card/tools/')
const isNodeTest = (path: string): boolean => path.endsWith('.node.test.ts')
const isBuildConfig = (path: string): boolean => /(^|\/)[a-z-]+\.config\.ts$/.test(path)

/** What domain packages may take of the contracts; never the API's types. */
const domainContracts = ['plan', 'policy', 'evidence', 'events', 'access', 'resource-group', 'schema-words']
/** Messages of a process that a domain package reads or writes itself. */
const domainMessages = new Set(['domain/execution → runner', 'domain/rollout → router'])
/** The only ways from one domain package to another, besides the kernel. */
const domainWays = new Set(['domain/maturity → domain/dora'])

type Rule = (crossing: Crossing, packages: PackageInfo[]) => string | null

const staysInside: Rule = ({ file, specifier, from, target }) => {
  if (!isRelative(specifier) || target === null) return null
  if (target.startsWith('tests/') && roomOf(file.path) !== 'tests') return 'nothing imports tests/'
  if (isFree(file.path) || target === from.folder || target.startsWith(`${from.folder}/`)) return null
  return `a relative import stays inside its package, and this one leaves ${from.folder}`
}

const keepsNodeOut: Rule = ({ file, specifier }) => {
  if (!isNodeBuiltin(specifier) || isNodeTest(file.path) || isBuildConfig(file.path)) return null
  if (['contracts', 'domain'].includes(roomOf(file.path)))
    return `${roomOf(file.path)}/ is pure and imports nothing of Node`
  if (file.path.startsWith('apps/console/')) return 'the console runs in a browser and imports nothing of Node'
  return null
}

const isDeclared: Rule = ({ file, specifier, from }, packages) => {
  if (isRelative(specifier) || isNodeBuiltin(specifier)) return null
  const name = packageNameOf(specifier)
  if (name === from.name || from.dependencies.includes(name)) return null
  const inTests = isFree(file.path) || isCardTool(file.path) || isTestFile(file.path) || isBuildConfig(file.path)
  const root = packages.find(({ folder }) => folder === '')
  const atHome = roomOf(file.path) !== 'card'
  if (inTests && [...from.devDependencies, ...(atHome ? (root?.devDependencies ?? []) : [])].includes(name)) return null
  if (isFree(file.path) && packages.some((other) => other.name === name)) return null
  if (from.devDependencies.includes(name)) {
    return `${name} is only a development dependency of ${from.folder}/package.json; what runs needs it under "dependencies"`
  }
  return `${name} is not declared in ${from.folder}/package.json`
}

const isExported: Rule = ({ specifier, to, target }) =>
  to !== null && target === null ? `${to.folder}/package.json exports no ${specifier}` : null

const keepsTestsApart: Rule = ({ file, target }) => {
  if (target === null || isTestFile(file.path) || isFree(file.path) || !isTestFile(target)) return null
  return `${target} is for tests, and this file is not one`
}

const pointsLeft: Rule = ({ file, from, to }) => {
  if (to === null || to === from || isFree(file.path) || roomOf(file.path) === 'card') return null
  const [own, other] = [rank(from.folder), rank(to.folder)]
  if (own < 0) return null
  if (other < 0) return `the platform imports nothing of ${roomOf(to.folder) || 'the root'}/`
  if (other > own)
    return `imports point left (contracts < domain < adapters < apps), and this one points from ${roomOf(from.folder)} to ${roomOf(to.folder)}`
  if (own !== other || to.folder === 'domain/kernel') return null
  if (domainWays.has(`${from.folder} → ${to.folder}`)) return null
  return `${from.folder} and ${to.folder} stand in one room and do not know each other`
}

const takesOnlyItsContracts: Rule = ({ file, from, to, specifier }) => {
  if (to?.folder !== 'contracts' || to === from) return null
  const subpath = specifier.slice(to.name.length + 1)
  if (roomOf(file.path) !== 'domain' || domainContracts.includes(subpath)) return null
  if (domainMessages.has(`${from.folder} → ${subpath}`)) return null
  return `domain/ takes only ${domainContracts.join(', ')} of the contracts`
}

const consoleIsThin: Rule = ({ file, from, to }) => {
  if (!file.path.startsWith('apps/console/') || to === null || to === from) return null
  if (['contracts', 'domain/kernel'].includes(to.folder)) return null
  return 'the console imports only contracts and the kernel'
}

const cardStandsAlone: Rule = ({ file, specifier, to, target }) => {
  const fromCard = roomOf(file.path) === 'card'
  const toCard = roomOf(to?.folder ?? target ?? '') === 'card'
  if (fromCard && (packageNameOf(specifier).startsWith('@sluice/') || (to !== null && !toCard))) {
    return 'card/ is a customer and imports nothing of the platform'
  }
  return !fromCard && toCard ? 'the platform imports nothing of card/' : null
}

const rules: Rule[] = [
  staysInside,
  keepsNodeOut,
  cardStandsAlone,
  pointsLeft,
  takesOnlyItsContracts,
  consoleIsThin,
  isExported,
  isDeclared,
  keepsTestsApart,
]

/**
 * Checks every import of the given files against the borders of ARCHITECTURE.md, and `contracts/` and `domain/` for
 * globals that only a host has. Works on texts, so that a test can plant what the repository does not hold.
 */
export function checkBorders(files: SourceFile[], packages: PackageInfo[]): BorderReport {
  const problems: BorderProblem[] = []
  const edges = new Map<string, string[]>()
  let imports = 0
  for (const file of files) {
    const program = parse(file)
    const crossings = importsOf(file, program).map((found) => crossingOf(file, found, packages))
    imports += crossings.length
    for (const crossing of crossings) problems.push(...problemsOf(crossing, packages))
    edges.set(
      file.path,
      crossings.flatMap(({ target }) => target ?? []),
    )
    for (const found of forbiddenGlobals(file, program)) problems.push({ path: file.path, ...found })
  }
  for (const ring of ringsOf(edges)) {
    problems.push({ path: ring[0] ?? '', line: 1, message: `imports run in a ring: ${ring.join(' → ')}` })
  }
  return { problems, files: files.length, imports }
}

function crossingOf(file: SourceFile, found: { specifier: string; line: number }, packages: PackageInfo[]): Crossing {
  const from = ownerOf(file.path, packages)
  if (from === null) throw new Error(`Cannot check ${file.path}: no package.json stands above it`)
  const { specifier, line } = found
  if (isRelative(specifier)) {
    const target = posix.normalize(posix.join(posix.dirname(file.path), specifier))
    return { file, line, specifier, from, to: ownerOf(target, packages), target }
  }
  const to = packages.find(({ name, folder }) => folder !== '' && name === packageNameOf(specifier)) ?? null
  return { file, line, specifier, from, to, target: to === null ? null : exportedFile(to, specifier) }
}

function problemsOf(crossing: Crossing, packages: PackageInfo[]): BorderProblem[] {
  for (const rule of rules) {
    const message = rule(crossing, packages)
    if (message === null) continue
    const { file, line, specifier } = crossing
    return [{ path: file.path, line, message: `cannot import "${specifier}": ${message}` }]
  }
  return []
}
