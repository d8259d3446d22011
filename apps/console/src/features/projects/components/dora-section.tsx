import type { DoraView } from '@sluice/contracts/api'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { formatDuration } from '../../../shared/lib/format.ts'
import { Section } from '../../../shared/ui/section.tsx'
import { doraFigures, figureText, type DoraFigure } from '../dora.ts'

/** The five figures, each with what it stands on, or why there is none. */
export function DoraSection({ dora }: { dora: DoraView }) {
  const { t, language } = useTexts()
  return (
    <Section title={t('dora.title')} note={t('dora.window', { window: formatDuration(dora.windowMs, language) })} plain>
      <div className="figures">
        {doraFigures(dora).map((each) => (
          <Figure key={each.key} each={each} />
        ))}
      </div>
    </Section>
  )
}

function Figure({ each }: { each: DoraFigure }) {
  const { t, s, language } = useTexts()
  const { figure } = each
  const { percentiles } = figure
  return (
    <article className="figure">
      <h3>{t(each.label)}</h3>
      <p className="figure-value">{figureText(figure, language, ({ key, count }) => t(key, { count }))}</p>
      {figure.value === null && figure.reason !== null ? <p>{s(figure.reason)}</p> : null}
      {percentiles === null ? null : (
        <dl className="percentiles">
          {(['p50', 'p75', 'p90'] as const).map((name) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="number">{formatDuration(percentiles[name], language)}</dd>
            </div>
          ))}
        </dl>
      )}
      <p className="muted figure-hint">
        {t(each.hint)} · n = {figure.n}
      </p>
    </article>
  )
}
