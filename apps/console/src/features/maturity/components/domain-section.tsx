import type { CriterionView, MaturityView } from '@sluice/contracts/api'
import { Link } from 'react-router'
import { paths } from '../../../paths.ts'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { Section } from '../../../shared/ui/section.tsx'
import { Status } from '../../../shared/ui/status.tsx'
import { Ago } from '../../../shared/ui/times.tsx'
import { criterionLooks } from '../../../shared/ui/tone.ts'

type Domain = MaturityView['domains'][number]

/** One domain of the model with its items and their criteria. */
export function DomainSection({ domain }: { domain: Domain }) {
  const { s } = useTexts()
  return (
    <Section title={s(domain.name)} note={<code className="code">{domain.id}</code>}>
      {domain.items.map((item) => (
        <Item key={item.id} item={item} />
      ))}
    </Section>
  )
}

function Item({ item }: { item: Domain['items'][number] }) {
  const { t, s } = useTexts()
  return (
    <article className="item">
      <header className="card-head">
        <h3>{s(item.name)}</h3>
        <code className="code muted">{item.id}</code>
        <span className="card-end">{t('maturity.grade', { grade: item.grade })}</span>
      </header>
      <p className="muted">
        {t('maturity.next')} {s(item.next)}
      </p>
      <ul className="criteria">
        {item.criteria.map((criterion) => (
          <Criterion key={criterion.id} criterion={criterion} />
        ))}
      </ul>
    </article>
  )
}

function Criterion({ criterion }: { criterion: CriterionView }) {
  const { t, s } = useTexts()
  return (
    <li className="criterion">
      <Status look={criterionLooks[criterion.state]} />
      <div>
        <p>
          {s(criterion.text)} <code className="code muted">{criterion.id}</code>{' '}
          <span className="muted">{t('maturity.levelShort', { number: criterion.level })}</span>
        </p>
        <p className="muted">
          {s(criterion.reason)}
          {criterion.heldSince === null ? null : (
            <>
              {' '}
              {t('maturity.heldSince')} <Ago at={criterion.heldSince} />
            </>
          )}
        </p>
        {criterion.evidence.length === 0 ? null : (
          <ul className="proofs">
            {criterion.evidence.map((proof) => (
              <li key={`${proof.kind}/${proof.id}`}>
                <Proof proof={proof} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </li>
  )
}

function Proof({ proof }: { proof: CriterionView['evidence'][number] }) {
  const { s } = useTexts()
  if (proof.runId === null) return <span>{s(proof.text)}</span>
  const to = proof.kind === 'evidence' ? paths.evidence.to(proof.runId, proof.id) : paths.run.to(proof.runId)
  return <Link to={to}>{s(proof.text)}</Link>
}
