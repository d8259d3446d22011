/** A plain value with every text in it, whatever the depth, run through `text`; names of fields stay. */
export function expandTexts<T>(value: T, text: (value: string) => string): T {
  return expandValue(value, text) as T
}

function expandValue(value: unknown, text: (value: string) => string): unknown {
  if (typeof value === 'string') return text(value)
  if (Array.isArray(value)) return value.map((item) => expandValue(item, text))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expandValue(item, text)]))
}
