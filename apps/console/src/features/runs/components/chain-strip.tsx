import type { RunView } from '@sluice/contracts/api'
import type { TextKey } from '../../../shared/i18n/texts.ts'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { Sign } from '../../../shared/ui/status.tsx'
import { chainOf, type ChainLink } from '../run-chain.ts'

const kindNames: Record<ChainLink['kind'], TextKey> = {
  jobs: 'chain.jobs',
  evidence: 'chain.evidence',
  gate: 'chain.gate',
  release: 'chain.release',
  environment: 'chain.environment',
}

/** The walk of the change, link by link, each leading to its part of the page. */
export function ChainStrip({ run }: { run: RunView }) {
  const { t } = useTexts()
  return (
    <nav className="chain" aria-label={t('chain.label')}>
      <ol>
        {chainOf(run).map((link) => (
          <li key={link.key}>
            <a href={`#${link.anchor}`} className={`chain-link chain-${link.tone}`}>
              <Sign tone={link.tone} />
              <span className="chain-kind">{t(kindNames[link.kind])}</span>
              <span className="chain-name">
                {link.name} {link.done === null ? null : <span className="number">{countOf(link)}</span>}
              </span>
            </a>
          </li>
        ))}
      </ol>
    </nav>
  )
}

function countOf(link: ChainLink): string {
  if (link.kind === 'environment') return `${link.done} %`
  return link.total === null ? String(link.done) : `${link.done}/${link.total}`
}
