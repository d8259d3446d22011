const longestCompared = 64

/**
 * The candidate that `name` was most likely meant to be, or `null` when none is near: at most a third of the letters
 * differ (two at least are forgiven). Bounded: names over 64 letters are not compared.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | null {
  if (name.length > longestCompared) return null
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1
  let best: string | null = null
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= bestDistance || candidate.length > longestCompared) continue
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance && distance < candidate.length) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** `; nearest name: "x"`, or `; wanted one of: …` for few candidates, or nothing. */
export function hint(name: string, candidates: readonly string[]): string {
  const nearest = nearestName(name, candidates)
  if (nearest !== null) return `; nearest name: "${nearest}"`
  return candidates.length > 0 && candidates.length <= 16 ? `; wanted one of: ${candidates.join(', ')}` : ''
}

/** Optimal string alignment: insert, delete, replace, swap neighbours. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let distance = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, (beforeLast[j - 2] ?? 0) + 1)
      }
      row.push(distance)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
