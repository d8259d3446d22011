/** Figures as they stand in sentences, the same in both languages and on every machine (no locale data). */

/** `1,234.5`: at most two decimals. */
export function number(value: number): string {
  const [whole = '0', decimals] = String(Math.round(value * 100) / 100).split('.')
  const grouped = whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
  return decimals === undefined ? grouped : `${grouped}.${decimals}`
}

/** A share of 1 in per cent: `0.25 %`. */
export const percent = (share: number): string => `${(share * 100).toFixed(2)} %`

/** Whole milliseconds from 10 on, one decimal below. */
export const milliseconds = (ms: number): string => number(ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms))

/** `p = 0.03`, `p < 0.0001`. */
export const probability = (p: number): string => (p < 0.0001 ? 'p < 0.0001' : `p = ${p.toFixed(p < 0.001 ? 4 : 3)}`)
