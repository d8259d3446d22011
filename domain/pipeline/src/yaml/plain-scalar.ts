/**
 * What an unquoted scalar means to Psych, the YAML 1.1 reader that GitLab uses: `yes`, `on` and their like are
 * booleans, `0o`-less octals and `_` in numbers count. `y` and `n` are text (Psych differs from YAML 1.1 here).
 * Dates and times stay text.
 */
export function plainScalar(source: string): { value: string | number | boolean | null; text: string } {
  if (source === '' || source === '~' || /^null$/i.test(source)) return { value: null, text: '' }
  if (/^(?:yes|true|on)$/i.test(source)) return { value: true, text: 'true' }
  if (/^(?:no|false|off)$/i.test(source)) return { value: false, text: 'false' }
  if (source.length > 64 || !/^[-+.0-9]/.test(source)) return { value: source, text: source }
  return integer(source) ?? float(source) ?? { value: source, text: source }
}

function integer(source: string): { value: number; text: string } | null {
  const match = /^([-+]?)(?:0b([01_]+)|0x([0-9a-f_]+)|0([0-7_]+)|([0-9][0-9_]*))$/i.exec(source) ?? null
  if (match === null) return null
  const [, sign, binary, hex, octal, decimal] = match
  const digits = (binary ?? hex ?? octal ?? decimal ?? '').replaceAll('_', '')
  if (digits === '') return null
  const prefix = binary ? '0b' : hex ? '0x' : octal ? '0o' : ''
  const magnitude = BigInt(prefix + digits)
  const value = sign === '-' ? -magnitude : magnitude
  return { value: Number(value), text: value.toString() }
}

function float(source: string): { value: number; text: string } | null {
  if (!/^[-+]?(?:[0-9][0-9_]*)?\.?[0-9]*(?:e[-+]?[0-9]+)?$/i.test(source)) return null
  if (!/[0-9]/.test(source) || !/[.e]/i.test(source) || /^[-+]?e/i.test(source)) return null
  const value = Number(source.replaceAll('_', ''))
  if (!Number.isFinite(value)) return null
  return { value, text: Number.isInteger(value) && !String(value).includes('e') ? `${value}.0` : String(value) }
}
