/** The only currency of this product (ISO 4217). */
export const currency = 'CNY'

/** Turns minor units (fen) into a JSON integer; throws beyond 2^53 - 1, where JSON numbers lose units. */
export function toJsonInteger(minorUnits: bigint): number {
  const value = Number(minorUnits)
  if (!Number.isSafeInteger(value))
    throw new RangeError(`Cannot write ${minorUnits} as a JSON integer: it is over 2^53 - 1`)
  return value
}
