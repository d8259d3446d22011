import { RE2JS } from 're2js'

/** Takes the text of a log as it comes and keeps the coverage that it tells. */
export interface CoverageReader {
  push(text: string): void
  /** The figure, usually a percentage; `null` where no line tells one. */
  end(): number | null
}

/** A longer line is looked at only so far. */
const longestLine = 10_000

/**
 * Reads a job's coverage as GitLab does: the last line with a match counts; of its last match, or of the last group in
 * it, the first number.
 * @param pattern RE2 between slashes, as the plan holds it
 */
export function createCoverageReader(pattern: string): CoverageReader {
  const end = pattern.lastIndexOf('/')
  const flags = pattern.slice(end + 1)
  const body = pattern.slice(1, end).replaceAll('\\/', '/')
  const compiled = RE2JS.compile(flags === '' ? body : `(?${flags})${body}`)
  let rest = ''
  let found: number | null = null
  const take = (line: string): void => {
    // Most lines have no number; those need no expression.
    if (/\d/.test(line)) found = numberIn(lastMatch(compiled, line.replace(/\r$/, ''))) ?? found
  }
  return {
    push(text) {
      const lines = (rest + text).split('\n')
      rest = (lines.pop() ?? '').slice(0, longestLine)
      for (const line of lines) take(line.slice(0, longestLine))
    },
    end() {
      take(rest)
      return found
    },
  }
}

function lastMatch(pattern: RE2JS, line: string): string {
  const matcher = pattern.matcher(line)
  let last = ''
  while (matcher.find()) {
    last = matcher.group() ?? ''
    const groups = Array.from({ length: matcher.groupCount() }, (_, index) => matcher.group(index + 1))
    last = groups.findLast((group) => group !== null && group !== undefined) ?? last
  }
  return last
}

function numberIn(text: string): number | null {
  const number = /\d+(?:\.\d+)?/.exec(text)?.[0]
  return number === undefined ? null : Number(number)
}
