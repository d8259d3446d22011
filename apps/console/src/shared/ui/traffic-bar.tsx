import { useTexts } from '../i18n/text-context.ts'

/** How the requests are divided between two versions; `weight` is the new one's per cent. */
export function TrafficBar(props: { weight: number; stable: string | null; candidate: string }) {
  const { t } = useTexts()
  const stable = props.stable ?? t('traffic.nothing')
  return (
    <div className="traffic">
      <div
        className="traffic-bar"
        role="img"
        aria-label={t('traffic.label', { stable, candidate: props.candidate, weight: props.weight })}
      >
        <span className="traffic-candidate" style={{ inlineSize: `${props.weight}%` }} />
      </div>
      <div className="traffic-legend">
        <span>
          <i className="dot dot-candidate" aria-hidden /> {t('traffic.candidate', { version: props.candidate })} ·{' '}
          <b className="number">{props.weight} %</b>
        </span>
        <span>
          <i className="dot dot-stable" aria-hidden /> {t('traffic.stable', { version: stable })} ·{' '}
          <b className="number">{100 - props.weight} %</b>
        </span>
      </div>
    </div>
  )
}
