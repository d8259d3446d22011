/** Members that are fractions; every other number of a fact is a count. */
const fractions = new Set(['lineRate', 'branchRate'])

/** A fact as CEL sees it: counts as `int` (bigint), fractions as `double`. */
export function toCel(value: unknown, member = ''): unknown {
  if (typeof value === 'number') return Number.isInteger(value) && !fractions.has(member) ? BigInt(value) : value
  if (Array.isArray(value)) return value.map((item) => toCel(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toCel(item, key)]))
}

/** What a verdict records of a value: numbers, texts and truth as they are, of lists and maps only their size. */
export function fromCel(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return { size: value.length }
  if (typeof value === 'object' && value !== null) return { size: Object.keys(value).length }
  return value ?? null
}
