/** Colours of terminals: the SGR part of ECMA-48 (8.3.117) with the usual bright and 256-colour extensions. */

/** How a piece of text looks. Colours are palette names `0`…`15`, or `#rrggbb`. */
export interface AnsiStyle {
  color: string | null
  background: string | null
  bold: boolean
  dim: boolean
  italic: boolean
  underline: boolean
}

export interface AnsiSpan {
  text: string
  style: AnsiStyle
}

export const plainStyle: AnsiStyle = {
  color: null,
  background: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
}

// CSI sequences, OSC sequences (titles, links), and two-character escapes; all but SGR are dropped.
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const escapes = /\u001b\[([0-9;:?]*)[ -/]*([@-~])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-Z\\-_]/g
// oxlint-disable-next-line no-control-regex -- control characters are what is removed
const controls = /[\u0000-\u0008\u000b-\u001f\u007f]/g

/** Splits one line into spans; `style` is what the line before ended with. */
export function readAnsi(line: string, style: AnsiStyle = plainStyle): { spans: AnsiSpan[]; style: AnsiStyle } {
  const spans: AnsiSpan[] = []
  let current = style
  let from = 0
  const push = (text: string) => {
    const shown = text.replaceAll(controls, '')
    if (shown !== '') spans.push({ text: shown, style: current })
  }
  for (const match of line.matchAll(escapes)) {
    push(line.slice(from, match.index))
    from = match.index + match[0].length
    if (match[2] === 'm') current = applySgr(current, match[1] ?? '')
  }
  push(line.slice(from))
  return { spans, style: current }
}

/** The text of a line without any escape. */
export function plainText(line: string): string {
  return line.replaceAll(escapes, '').replaceAll(controls, '')
}

function applySgr(style: AnsiStyle, parameters: string): AnsiStyle {
  const codes = parameters === '' ? [0] : parameters.split(/[;:]/).map(Number)
  let next = style
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0
    if (code === 38 || code === 48) {
      const { color, used } = extendedColor(codes.slice(at + 1))
      next = code === 38 ? { ...next, color } : { ...next, background: color }
      at += used
    } else {
      next = applyCode(next, code)
    }
  }
  return next
}

const attributes: Record<number, Partial<AnsiStyle>> = {
  0: plainStyle,
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  39: { color: null },
  49: { background: null },
}

function applyCode(style: AnsiStyle, code: number): AnsiStyle {
  const attribute = attributes[code]
  if (attribute !== undefined) return { ...style, ...attribute }
  if (code >= 30 && code <= 37) return { ...style, color: String(code - 30) }
  if (code >= 40 && code <= 47) return { ...style, background: String(code - 40) }
  if (code >= 90 && code <= 97) return { ...style, color: String(code - 90 + 8) }
  if (code >= 100 && code <= 107) return { ...style, background: String(code - 100 + 8) }
  return style
}

function extendedColor(rest: number[]): { color: string | null; used: number } {
  if (rest[0] === 2) return { color: hex(rest[1] ?? 0, rest[2] ?? 0, rest[3] ?? 0), used: 4 }
  if (rest[0] === 5) return { color: paletteColor(rest[1] ?? 0), used: 2 }
  return { color: null, used: rest.length }
}

// The 6×6×6 cube and the grey ramp as xterm numbers them.
function paletteColor(index: number): string {
  if (index < 16) return String(Math.max(0, index))
  if (index >= 232) {
    const grey = 8 + (Math.min(index, 255) - 232) * 10
    return hex(grey, grey, grey)
  }
  const cube = index - 16
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40)
  return hex(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6))
}

function hex(red: number, green: number, blue: number): string {
  const part = (value: number) =>
    Math.min(255, Math.max(0, Math.trunc(value) || 0))
      .toString(16)
      .padStart(2, '0')
  return `#${part(red)}${part(green)}${part(blue)}`
}
