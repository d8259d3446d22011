const unitsMs: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ms: 1,
    s: 1000,
    sec: 1000,
    secs: 1000,
    second: 1000,
    seconds: 1000,
    m: 60_000,
    min: 60_000,
    mins: 60_000,
    minute: 60_000,
    minutes: 60_000,
    h: 3_600_000,
    hr: 3_600_000,
    hrs: 3_600_000,
    hour: 3_600_000,
    hours: 3_600_000,
    d: 86_400_000,
    dy: 86_400_000,
    day: 86_400_000,
    days: 86_400_000,
    w: 604_800_000,
    wk: 604_800_000,
    wks: 604_800_000,
    week: 604_800_000,
    weeks: 604_800_000,
    mo: 2_592_000_000,
    mos: 2_592_000_000,
    month: 2_592_000_000,
    months: 2_592_000_000,
    y: 31_557_600_000,
    yr: 31_557_600_000,
    yrs: 31_557_600_000,
    year: 31_557_600_000,
    years: 31_557_600_000,
  }),
)

/**
 * Reads a duration as GitLab's keywords take it: `3600`, `1h30m`, `1 hour 30 minutes`, `2 days and 4 hours`.
 * A bare number means seconds. A month is 30 days, a year 365.25, as in the library that GitLab uses.
 * @returns milliseconds, or `null` where the text is no duration.
 */
export function parseDuration(text: string): number | null {
  const trimmed = text.trim().toLowerCase()
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Math.round(Number(trimmed) * 1000)
  const parts = [...trimmed.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)]
  const rest = trimmed.replaceAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g, '').replaceAll(/\band\b|[\s,]/g, '')
  if (parts.length === 0 || rest !== '') return null
  let totalMs = 0
  for (const [, amount, unit] of parts) {
    const unitMs = unitsMs.get(unit ?? '')
    if (unitMs === undefined) return null
    totalMs += Number(amount) * unitMs
  }
  return Math.round(totalMs)
}

/** A duration for people: `850 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  return formatLong(Math.round(ms / 1000) * 1000)
}

function formatLong(ms: number): string {
  const pairs = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ] as const
  const first = pairs.findIndex(([, size]) => ms >= size)
  const parts: string[] = []
  let rest = ms
  for (const [unit, size] of pairs.slice(first, first + 2)) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(`${count} ${unit}`)
  }
  return parts.join(' ')
}
