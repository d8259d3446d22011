/** Text for people: no control characters (C0, DEL, C1) but line feed and tab, trimmed, at most `lengthMax` characters. */
export function cleanText(text: string, lengthMax: number): string {
  const clean = text.replaceAll(/[^\P{Cc}\t\n]/gu, '').trim()
  if (clean.length <= lengthMax) return clean
  const cut = clean.slice(0, lengthMax - 1)
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}
