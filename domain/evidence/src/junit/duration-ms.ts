/**
 * Milliseconds of a `time` attribute, which is in seconds. Separators of thousands and commas for the decimal point
 * are met in the wild: the last of the two kinds is the decimal one, and a lone comma is so unless it can only part
 * thousands (`1,234`). What is no number counts as 0: time is shown, never judged.
 */
export function durationMs(written: string | undefined): number {
  const seconds = Number(plainNumber((written ?? '').trim()))
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0
}

function plainNumber(written: string): string {
  const comma = written.lastIndexOf(',')
  if (comma === -1) return written
  if (written.includes('.')) {
    return comma > written.lastIndexOf('.')
      ? written.replaceAll('.', '').replace(',', '.')
      : written.replaceAll(',', '')
  }
  return /^[1-9]\d{0,2}(,\d{3})+$/.test(written) ? written.replaceAll(',', '') : written.replace(',', '.')
}
