/**
 * JSON with one spelling for one value, after RFC 8785 (JCS): no white space, members sorted by UTF-16 code units,
 * numbers as ECMAScript prints them. Members whose value is `undefined` are left out.
 * @throws TypeError for what JSON cannot carry: NaN, infinities, functions, bigints.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`Cannot write canonical JSON: ${value} is not a JSON number`)
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`
  if (typeof value === 'object') return canonicalMembers(value)
  throw new TypeError(`Cannot write canonical JSON: a ${typeof value} has no JSON form`)
}

/** Plain loops: a plan of ten thousand jobs has half a million members. */
function canonicalMembers(value: object): string {
  const members: [string, unknown][] = Object.entries(value)
  // Without a comparison function `sort` would compare the values too, as text.
  members.sort(([a], [b]) => (a < b ? -1 : 1))
  let text = ''
  for (const [key, member] of members) {
    if (member === undefined) continue
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`
  }
  return `{${text}}`
}
