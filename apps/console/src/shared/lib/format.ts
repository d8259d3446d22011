/** How numbers, times and digests are written. Pure: the language and the time come as parameters. */
import type { Language } from '../i18n/language.ts'

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

const unitNames = {
  en: { day: ' d', hour: ' h', minute: ' min', second: ' s', millisecond: ' ms' },
  'zh-CN': { day: ' 天', hour: ' 小时', minute: ' 分', second: ' 秒', millisecond: ' 毫秒' },
} as const

/** A duration in its two largest units, e.g. `1 h 5 min`; below a second in milliseconds, below ten seconds with one decimal. */
export function formatDuration(durationMs: number, language: Language): string {
  const name = unitNames[language]
  if (durationMs < secondMs) return `${Math.round(durationMs)}${name.millisecond}`
  if (durationMs < 10 * secondMs) return `${trimmed(durationMs / secondMs)}${name.second}`
  const whole = Math.round(durationMs / secondMs) * secondMs
  const parts = [
    { count: Math.floor(whole / dayMs), unit: name.day },
    { count: Math.floor((whole % dayMs) / hourMs), unit: name.hour },
    { count: Math.floor((whole % hourMs) / minuteMs), unit: name.minute },
    { count: Math.floor((whole % minuteMs) / secondMs), unit: name.second },
  ]
  const first = parts.findIndex((part) => part.count > 0)
  return parts
    .slice(first, first + 2)
    .filter((part) => part.count > 0)
    .map((part) => `${part.count}${part.unit}`)
    .join(' ')
}

/** A rate of 0…1 in per cent: two significant digits below 10 %, one decimal above, never `100 %` for less than all. */
export function formatRate(rate: number): string {
  const percent = rate * 100
  if (percent > 0 && percent < 0.01) return '< 0.01 %'
  const digits = percent < 1 ? 2 : 1
  const rounded = Number(percent.toFixed(digits))
  if (rounded >= 100 && percent < 100) return `> 99.9 %`
  return `${rounded} %`
}

/** A share of what was covered, 0…1, in per cent with one decimal, cut and not rounded: 79.96 % is not 80 %. */
export function formatCoverage(rate: number): string {
  return `${(Math.floor(rate * 1000 + 1e-9) / 10).toFixed(1)} %`
}

/** Milliseconds as shown beside a latency. */
export function formatLatency(latencyMs: number): string {
  return `${latencyMs < 10 ? trimmed(latencyMs) : Math.round(latencyMs)} ms`
}

export function formatBytes(sizeBytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'] as const
  let size = sizeBytes
  let unit = 0
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000
    unit += 1
  }
  return `${unit === 0 ? size : trimmed(size)} ${units[unit] ?? 'GB'}`
}

export function formatCount(count: number, language: Language): string {
  return new Intl.NumberFormat(language).format(count)
}

export function formatTime(at: string, language: Language): string {
  return new Intl.DateTimeFormat(language, {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  }).format(new Date(at))
}

/** The time of day only, for lists whose entries lie close together. */
export function formatClock(at: string, language: Language): string {
  return new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  }).format(new Date(at))
}

/** How long ago, e.g. `3 minutes ago`, seen from `nowMs`. */
export function formatAgo(at: string, nowMs: number, language: Language): string {
  const agoMs = Math.max(0, nowMs - Date.parse(at))
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  if (agoMs < minuteMs) return relative.format(0, 'second')
  if (agoMs < hourMs) return relative.format(-Math.floor(agoMs / minuteMs), 'minute')
  if (agoMs < dayMs) return relative.format(-Math.floor(agoMs / hourMs), 'hour')
  return relative.format(-Math.floor(agoMs / dayMs), 'day')
}

/** The first twelve characters of a digest, without its algorithm. */
export function shortDigest(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1).slice(0, 12)
}

export function shortCommit(commit: string): string {
  return commit.slice(0, 8)
}

function trimmed(value: number): string {
  return String(Number(value.toFixed(1)))
}
