/** A piece of an expression; `offset` counts characters from 0. */
export type Token =
  | { kind: 'variable'; name: string; offset: number }
  | { kind: 'text'; value: string; offset: number }
  | { kind: 'pattern'; source: string; offset: number }
  | { kind: 'null'; offset: number }
  | { kind: 'operator'; operator: Operator; offset: number }
  | { kind: 'open' | 'close'; offset: number }

export type Comparison = '==' | '!=' | '=~' | '!~'
export type Operator = Comparison | '&&' | '||'

export type TokensResult = { ok: true; tokens: Token[] } | { ok: false; fault: string; offset: number }

const operators: readonly Operator[] = ['==', '!=', '=~', '!~', '&&', '||']

/** Splits GitLab's rule expression into tokens. Linear in the length of the text. */
export function tokenize(text: string): TokensResult {
  const tokens: Token[] = []
  let offset = 0
  while (offset < text.length) {
    if (/\s/.test(text[offset] ?? '')) {
      offset++
      continue
    }
    const read = readToken(text, offset)
    if ('fault' in read) return { ok: false, fault: read.fault, offset }
    tokens.push(read.token)
    offset = read.end
  }
  return { ok: true, tokens }
}

type Read = { token: Token; end: number } | { fault: string }

function readToken(text: string, offset: number): Read {
  const letter = text[offset] ?? ''
  if (letter === '(') return { token: { kind: 'open', offset }, end: offset + 1 }
  if (letter === ')') return { token: { kind: 'close', offset }, end: offset + 1 }
  if (letter === '$') return readVariable(text, offset)
  if (letter === '"' || letter === "'") return readText(text, offset, letter)
  if (letter === '/') return readPattern(text, offset)
  const operator = operators.find((candidate) => text.startsWith(candidate, offset))
  if (operator !== undefined) return { token: { kind: 'operator', operator, offset }, end: offset + 2 }
  return readWord(text, offset)
}

function readVariable(text: string, offset: number): Read {
  const matcher = /\$(\w+)/y
  matcher.lastIndex = offset
  const match = matcher.exec(text)
  if (match === null) return { fault: faultAfterDollar(text, offset) }
  return { token: { kind: 'variable', name: match[1] ?? '', offset }, end: offset + match[0].length }
}

function faultAfterDollar(text: string, offset: number): string {
  const braced = /^\$\{(\w+)\}/.exec(text.slice(offset, offset + 200))?.[1]
  return braced === undefined
    ? 'no name follows "$"; wanted $NAME'
    : `"\${${braced}}" is for scripts; wanted $${braced}`
}

function readText(text: string, offset: number, quoteMark: string): Read {
  const end = text.indexOf(quoteMark, offset + 1)
  if (end === -1) return { fault: `the text that ${quoteMark} begins has no end; wanted a second ${quoteMark}` }
  return { token: { kind: 'text', value: text.slice(offset + 1, end), offset }, end: end + 1 }
}

function readPattern(text: string, offset: number): Read {
  let end = offset + 1
  while (end < text.length && text[end] !== '/') end += text[end] === '\\' ? 2 : 1
  if (end >= text.length) return { fault: 'the regular expression has no end; wanted a second /' }
  end++
  while (/[A-Za-z]/.test(text[end] ?? '')) end++
  return { token: { kind: 'pattern', source: text.slice(offset, end), offset }, end }
}

function readWord(text: string, offset: number): Read {
  const matcher = /[^\s()"'$=!&|]+/y
  matcher.lastIndex = offset
  const word = matcher.exec(text)?.[0] ?? text[offset] ?? ''
  if (word === 'null') return { token: { kind: 'null', offset }, end: offset + 4 }
  return { fault: `"${word.slice(0, 40)}" is unknown; wanted $NAME, "text", /regex/, null or an operator` }
}
