/** Text for people: no control characters (C0, DEL, C1) but line feed and tab, trimmed, at most `lengthMax` characters. */
export function cleanText(text: string, lengthMax: number): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  const clean = text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '').trim()
  if (clean.length <= lengthMax) return clean
  const cut = clean.slice(0, lengthMax - 1)
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}
