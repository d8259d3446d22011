import type { LogEntry } from '@sluice/contracts/events'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { formatClock, formatTime } from '../../../shared/lib/format.ts'
import { Section } from '../../../shared/ui/section.tsx'
import { entryText } from '../log-entry-text.ts'

/** The run's part of the one log, oldest first: when, what, and who. */
export function TimeLine({ entries }: { entries: readonly LogEntry[] }) {
  const { t } = useTexts()
  return (
    <Section id="log" title={t('timeline.title')} note={t('timeline.note', { count: entries.length })}>
      {entries.length === 0 ? <p className="empty-note">{t('timeline.empty')}</p> : null}
      <ol className="timeline">
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ol>
    </Section>
  )
}

function Entry({ entry }: { entry: LogEntry }) {
  const { t, s, language } = useTexts()
  const text = entryText(entry)
  const detail = typeof text.detail === 'string' ? text.detail : text.detail === null ? '' : s(text.detail)
  return (
    <li>
      <time className="number muted" dateTime={entry.at} title={formatTime(entry.at, language)}>
        {formatClock(entry.at, language)}
      </time>
      <i className={`dot dot-${text.tone}`} aria-hidden />
      <span className="timeline-text">
        {t(text.key, text.values)}
        {detail === '' ? null : <span className="muted"> {detail}</span>}
      </span>
      <span className="muted timeline-actor">{entry.actor.id}</span>
    </li>
  )
}
