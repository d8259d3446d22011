import { RE2JS } from 're2js'
import { limits } from '../limits.ts'

/** A regular expression of RE2, the engine that GitLab uses: linear time, no look-around, no back references. */
export interface Pattern {
  /** As written, with slashes and flags. */
  readonly source: string
  matches(text: string): boolean
}

export type PatternResult = { ok: true; pattern: Pattern } | { ok: false; fault: string }

/** Reads `/regex/flags` with GitLab's flags `i`, `s`, `m`, `U`; `\/` inside stands for a slash. */
export function parsePattern(source: string): PatternResult {
  if (source.length > limits.patternLength) {
    return { ok: false, fault: `it has ${source.length} characters; wanted ${limits.patternLength} at most` }
  }
  const end = source.lastIndexOf('/')
  if (!source.startsWith('/') || end < 2)
    return { ok: false, fault: 'it is not written /…/; wanted /regex/ or /regex/i' }
  const flags = source.slice(end + 1)
  if (!/^[ismU]*$/.test(flags)) return { ok: false, fault: `flags "${flags}" are unknown; wanted i, s, m or U` }
  return compileRegex(source.slice(1, end).replaceAll('\\/', '/'), flags, source)
}

/** Reads the `regex` of an input, written without slashes. */
export function parseInputRegex(source: string): PatternResult {
  if (source.length <= limits.patternLength) return compileRegex(source, '', `/${source}/`)
  return { ok: false, fault: `it has ${source.length} characters; wanted ${limits.patternLength} at most` }
}

/**
 * Reads the expression of `rules:changes:regexp` and `rules:exists:regexp`, written without slashes. GitLab takes it for
 * Ruby's, where `^` and `$` stand at every line; here it is RE2's, so look-around is refused.
 */
export function parsePathRegexp(source: string): PatternResult {
  if (source.length <= limits.pathRegexpLength) return compileRegex(source, 'm', source)
  return { ok: false, fault: `it has ${source.length} characters; wanted ${limits.pathRegexpLength} at most` }
}

function compileRegex(body: string, flags: string, source: string): PatternResult {
  try {
    const compiled = RE2JS.compile(flags === '' ? body : `(?${[...new Set(flags)].join('')})${body}`)
    return { ok: true, pattern: { source, matches: (text) => compiled.matcher(text).find() } }
  } catch (error) {
    return {
      ok: false,
      fault: `${error instanceof Error ? error.message : 'it is no RE2 expression'}; wanted RE2 syntax`,
    }
  }
}
