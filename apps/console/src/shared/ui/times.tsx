import { useTexts } from '../i18n/text-context.ts'
import { formatAgo, formatDuration, formatTime } from '../lib/format.ts'
import { useNow } from './use-now.ts'

/** How long ago, with the exact time on pointing and for machines. */
export function Ago({ at }: { at: string }) {
  const { language } = useTexts()
  const now = useNow()
  return (
    <time dateTime={at} title={formatTime(at, language)}>
      {formatAgo(at, now, language)}
    </time>
  )
}

/** From start to end, or to now where it has not ended. */
export function Elapsed({ from, to }: { from: string; to: string | null }) {
  const { language } = useTexts()
  const now = useNow(1000)
  const elapsedMs = Math.max(0, (to === null ? now : Date.parse(to)) - Date.parse(from))
  // A running clock shows whole seconds: tenths would only flicker.
  return (
    <span className="number">
      {formatDuration(to === null ? Math.ceil(elapsedMs / 1000) * 1000 : elapsedMs, language)}
    </span>
  )
}
