import { RE2JS } from 're2js'

/** A compiled glob. */
export interface Glob {
  matches(path: string): boolean
}

/**
 * The globs of `rules:changes` and `rules:exists`: Ruby's `File.fnmatch` with FNM_PATHNAME, FNM_DOTMATCH and
 * FNM_EXTGLOB. `*` and `?` stop at `/`, a whole segment of two stars followed by `/` spans folders, `{a,b}`, `[a-z]`, `\x`.
 */
export function compileGlob(pattern: string): Glob {
  if (!/[*?[\]{}\\]/.test(pattern)) return { matches: (path) => path === pattern }
  return regexGlob(new GlobTranslator(pattern).translate())
}

/** The wildcards of `include:local`: two stars match anything, one star anything but `/`, nothing else is special. */
export function compileIncludeGlob(pattern: string): Glob {
  const source = pattern
    .split(/(\*\*|\*)/)
    .map((part) => (part === '**' ? '.*' : part === '*' ? '[^/]*' : RE2JS.quote(part)))
    .join('')
  return regexGlob(source)
}

const matchesNothing: Glob = { matches: () => false }

function regexGlob(source: string): Glob {
  try {
    const compiled = RE2JS.compile(source, RE2JS.DOTALL)
    return { matches: (path) => compiled.matches(path) }
  } catch {
    // Only a pattern too large for the engine arrives here; fnmatch has no error either, it does not match.
    return matchesNothing
  }
}

/** One pass over a glob; every character costs constant work, so the expression is linear in the glob. */
class GlobTranslator {
  readonly #glob: string
  #index = 0
  /** For every open brace: whether it began a segment. */
  readonly #braces: boolean[] = []
  #segmentStart = true

  constructor(glob: string) {
    this.#glob = glob
  }

  translate(): string {
    const balanced = bracesBalance(this.#glob)
    let source = ''
    while (this.#index < this.#glob.length) source += this.#next(balanced)
    return source
  }

  #next(braces: boolean): string {
    const letter = this.#glob[this.#index++] ?? ''
    if (letter === '*') return this.#star()
    if (braces && letter === '{') return this.#open()
    if (letter === ',' && this.#braces.length > 0) return this.#comma()
    if (braces && letter === '}') return this.#close()
    this.#segmentStart = letter === '/'
    if (letter === '?') return '[^/]'
    if (letter === '[') return this.#set() ?? '\\['
    if (letter === '\\' && this.#index < this.#glob.length) return RE2JS.quote(this.#glob[this.#index++] ?? '')
    return RE2JS.quote(letter)
  }

  #star(): string {
    const atStart = this.#segmentStart
    if (atStart && this.#glob.startsWith('*/', this.#index)) {
      while (this.#glob.startsWith('*/', this.#index))
        this.#index += this.#glob.startsWith('**/', this.#index + 2) ? 3 : 2
      return '(?:[^/]+/)*'
    }
    while (this.#glob[this.#index] === '*') this.#index++
    this.#segmentStart = false
    return '[^/]*'
  }

  #open(): string {
    this.#braces.push(this.#segmentStart)
    return '(?:'
  }

  #comma(): string {
    this.#segmentStart = this.#braces.at(-1) ?? false
    return '|'
  }

  #close(): string {
    this.#braces.pop()
    this.#segmentStart = false
    return ')'
  }

  /** `[…]`; `null` when no `]` closes it, then `[` is a letter. */
  #set(): string | null {
    const set = /(?<negated>[!^]?)(?<body>(?:\\[^]|[^\]\\/]){1,256}?)\]/y
    set.lastIndex = this.#index
    const match = set.exec(this.#glob)
    if (match?.groups === undefined) return null
    this.#index = set.lastIndex
    const { negated = '', body = '' } = match.groups
    return setSource(negated !== '', Array.from(body.replaceAll(/\\([^])/g, '$1')))
  }
}

function setSource(negated: boolean, letters: string[]): string {
  const parts: string[] = []
  for (let index = 0; index < letters.length; index++) {
    const from = letters[index] ?? ''
    const to = letters[index + 1] === '-' ? letters[index + 2] : undefined
    if (to !== undefined) index += 2
    parts.push(...rangeWithoutSlash(codeOf(from), codeOf(to ?? from)))
  }
  if (negated) return `[^/${parts.join('')}]`
  return parts.length === 0 ? '[^\\x00-\\x{10FFFF}]' : `[${parts.join('')}]`
}

const slash = 0x2f

/** No set matches a slash; a range from high to low matches nothing. */
function rangeWithoutSlash(from: number, to: number): string[] {
  if (from > to) return []
  if (from <= slash && slash <= to) {
    return [...rangeWithoutSlash(from, slash - 1), ...rangeWithoutSlash(slash + 1, to)]
  }
  return [`\\x{${from.toString(16)}}-\\x{${to.toString(16)}}`]
}

function codeOf(letter: string): number {
  return letter.codePointAt(0) ?? 0
}

/** Unbalanced braces are ordinary letters. */
function bracesBalance(glob: string): boolean {
  let open = 0
  for (const letter of glob.replaceAll(/\\[^]/g, '')) {
    if (letter === '{') open++
    if (letter === '}' && --open < 0) return false
  }
  return open === 0
}
