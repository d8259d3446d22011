import type { FileSelection } from './ports.ts'

/** A selection made ready for a walk through a folder. Paths are relative, with forward slashes. */
export interface CompiledSelection {
  /** Whether the file at this path is wanted. */
  takes(path: string): boolean
  /** Whether a wanted file may lie below this folder; `false` lets the walk pass it over. */
  mayHold(folder: string): boolean
}

/** One character of a file name, as a pattern sees it; `star` stands for any number. */
type Token = 'star' | ((character: string) => boolean)
/** `anyDepth` is `**`: any number of folders, also none. */
type Segment = 'anyDepth' | Token[]

/**
 * Reads `artifacts:paths` and `exclude` as GitLab Runner does (the doublestar library): `*` within a name, `**` any
 * depth, `?`, `[a-z]`, `{a,b}`; a path that names a folder takes all below it; an excluded folder does not (GitLab:
 * "paths are not searched recursively").
 */
export function compileSelection(selection: FileSelection): CompiledSelection {
  const wanted = selection.paths.flatMap(patternsOf)
  const unwanted = selection.exclude.flatMap(patternsOf)
  const files = new Set(selection.files)
  const folders = new Set([...files].flatMap(foldersAbove))
  return {
    takes: (path) => {
      const names = path.split('/')
      const isWanted = files.has(path) || wanted.some((pattern) => matchesPrefix(pattern, names))
      return isWanted && !unwanted.some((p) => matches(p, names))
    },
    mayHold: (folder) => {
      const names = folder.split('/')
      const mayMatch = (pattern: Segment[]): boolean => matchesPrefix(pattern, names) || mayContinue(pattern, names)
      return folders.has(folder) || wanted.some(mayMatch)
    },
  }
}

/** `a/b/c` → `a`, `a/b`. */
function foldersAbove(path: string): string[] {
  const names = path.split('/')
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join('/'))
}

function patternsOf(pattern: string): Segment[][] {
  return expandBraces(pattern).map((one) => {
    const names = one.split('/').filter((name) => name !== '' && name !== '.')
    return names.map((name) => (name === '**' ? 'anyDepth' : tokensOf(name)))
  })
}

const maxAlternatives = 200

/** `a{b,c}d` → `abd`, `acd`; what has no closing brace stays as it is. */
function expandBraces(pattern: string): string[] {
  const done: string[] = []
  const waiting = [pattern]
  while (waiting.length > 0 && done.length + waiting.length <= maxAlternatives) {
    const one = waiting.shift() ?? ''
    const group = /\{([^{}]*,[^{}]*)\}/.exec(one)
    if (group === null) done.push(one)
    else
      for (const choice of (group[1] ?? '').split(','))
        waiting.push(one.slice(0, group.index) + choice + one.slice(group.index + group[0].length))
  }
  return [...done, ...waiting]
}

function tokensOf(name: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < name.length; at += 1) {
    const character = name.charAt(at)
    const end = character === '[' ? name.indexOf(']', at + 2) : -1
    if (character === '*') tokens.push('star')
    else if (character === '?') tokens.push(() => true)
    else if (end > 0) {
      tokens.push(classOf(name.slice(at + 1, end)))
      at = end
    } else tokens.push((other) => other === character)
  }
  return tokens
}

function classOf(body: string): (character: string) => boolean {
  const negated = body.startsWith('!') || body.startsWith('^')
  const members = [...(negated ? body.slice(1) : body).matchAll(/(.)-(.)|(.)/gsu)]
  const has = (c: string): boolean =>
    members.some(([, low, high, one]) => (one === undefined ? c >= (low ?? '') && c <= (high ?? '') : c === one))
  return (character) => has(character) !== negated
}

/** Greedy with one step back per star: linear in name times pattern, whatever the pattern. */
function nameMatches(tokens: readonly Token[], name: string): boolean {
  let token = 0
  let at = 0
  let lastStar = -1
  let resume = 0
  while (at < name.length) {
    const wanted = tokens[token]
    if (wanted === 'star') {
      lastStar = token++
      resume = at
    } else if (wanted?.(name.charAt(at))) {
      token += 1
      at += 1
    } else if (lastStar >= 0) {
      token = lastStar + 1
      at = ++resume
    } else return false
  }
  return tokens.slice(token).every((rest) => rest === 'star')
}

/** Which positions of the pattern can be reached after all names; the pattern's length stands for "matched". */
function reachable(
  pattern: readonly Segment[],
  names: readonly string[],
  onStep?: (positions: Set<number>) => void,
): Set<number> {
  let positions = closure(pattern, new Set([0]))
  for (const name of names) {
    const next = new Set<number>()
    for (const position of positions) {
      const segment = pattern[position]
      if (segment === 'anyDepth') next.add(position)
      else if (segment !== undefined && nameMatches(segment, name)) next.add(position + 1)
    }
    positions = closure(pattern, next)
    onStep?.(positions)
  }
  return positions
}

function closure(pattern: readonly Segment[], positions: Set<number>): Set<number> {
  for (const position of positions) if (pattern[position] === 'anyDepth') positions.add(position + 1)
  return positions
}

const matches = (pattern: readonly Segment[], names: readonly string[]): boolean =>
  reachable(pattern, names).has(pattern.length)

function matchesPrefix(pattern: readonly Segment[], names: readonly string[]): boolean {
  if (pattern.length === 0) return true
  let matched = false
  reachable(pattern, names, (positions) => {
    matched ||= positions.has(pattern.length)
  })
  return matched
}

const mayContinue = (pattern: readonly Segment[], names: readonly string[]): boolean =>
  [...reachable(pattern, names)].some((position) => position < pattern.length)
