import type { GateView, RunView } from '@sluice/contracts/api'
import type { ClauseResult, Verdict } from '@sluice/contracts/evidence'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { shortCommit } from '../../../shared/lib/format.ts'
import { Digest } from '../../../shared/ui/digest.tsx'
import { Section } from '../../../shared/ui/section.tsx'
import { Status } from '../../../shared/ui/status.tsx'
import { clauseLooks, gateLooks } from '../../../shared/ui/tone.ts'
import { evidenceAnchor } from '../../../paths.ts'
import { AcceptProducers } from './accept-producers.tsx'

/** Each gate with its verdict: every clause, what it saw, and the policy that it was judged by. */
export function GatesSection({ run }: { run: RunView }) {
  const { t } = useTexts()
  const note = (
    <>
      {t('gates.policy')} <code className="code">{run.policy.ref}</code> @{' '}
      <code className="code" title={run.policy.commit}>
        {shortCommit(run.policy.commit)}
      </code>{' '}
      · <Digest digest={run.policy.digest} />
    </>
  )
  return (
    <Section id="gates" title={t('gates.title')} note={run.parent === null ? note : null}>
      {run.gates.length > 0 ? null : (
        <p className="empty-note">{t(run.parent === null ? 'gates.empty' : 'gates.child')}</p>
      )}
      {run.gates.map((gate) => (
        <Gate key={gate.name} gate={gate} run={run} />
      ))}
    </Section>
  )
}

function Gate({ gate, run }: { gate: GateView; run: RunView }) {
  const { t } = useTexts()
  return (
    <article className="gate">
      <header className="card-head">
        <h3>{gate.name}</h3>
        <span className="muted">{t('gates.after', { stage: gate.after })}</span>
        <span className="card-end">
          <Status look={gateLooks[gate.state]} />
        </span>
      </header>
      {gate.verdict === null ? (
        <p className="muted">{t('gates.waiting')}</p>
      ) : (
        <VerdictView verdict={gate.verdict} run={run} />
      )}
    </article>
  )
}

function VerdictView({ verdict, run }: { verdict: Verdict; run: RunView }) {
  const { t, s } = useTexts()
  const isProposed = verdict.policy.digest !== run.policy.digest
  const untrusted = verdict.clauses.some((clause) => clause.state === 'untrusted')
  return (
    <>
      {isProposed ? (
        <p className="muted">
          {t('gates.proposed')} <Digest digest={verdict.policy.digest} />
        </p>
      ) : null}
      <p>{s(verdict.sentence)}</p>
      {untrusted ? <AcceptProducers run={run.id} /> : null}
      <ul className="clauses">
        {verdict.clauses.map((clause) => (
          <Clause key={clause.rule} clause={clause} run={run} />
        ))}
      </ul>
    </>
  )
}

function Clause({ clause, run }: { clause: ClauseResult; run: RunView }) {
  const { t, s } = useTexts()
  const behind = run.evidence.filter((evidence) => clause.evidence.includes(evidence.id))
  return (
    <li className="clause">
      <Status look={clauseLooks[clause.state]} />
      <div className="clause-body">
        <b>{clause.rule}</b> <span>{s(clause.sentence)}</span>
        <code className="code clause-expr">{clause.expr}</code>
        <div className="clause-values">
          {Object.entries(clause.values).map(([name, value]) => (
            <code key={name} className="code value">
              {name} = {typeof value === 'string' ? value : JSON.stringify(value)}
            </code>
          ))}
          {behind.map((evidence) => (
            <a key={evidence.id} href={`#${evidenceAnchor(evidence.id)}`}>
              {t('gates.evidence', { name: evidence.name })}
            </a>
          ))}
        </div>
      </div>
    </li>
  )
}
