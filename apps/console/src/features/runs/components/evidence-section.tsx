import type { EvidenceView, RunView } from '@sluice/contracts/api'
import { useLocation } from 'react-router'
import { useEffect } from 'react'
import { evidenceAnchor } from '../../../paths.ts'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { Digest } from '../../../shared/ui/digest.tsx'
import { Section } from '../../../shared/ui/section.tsx'
import { Ago } from '../../../shared/ui/times.tsx'
import { FactDetails } from './fact-details.tsx'

/** What tools reported about this change, each opening to its details, and the reports that were refused. */
export function EvidenceSection({ run }: { run: RunView }) {
  const { t } = useTexts()
  const { hash } = useLocation()
  useEffect(() => {
    if (hash.startsWith('#evidence-')) document.getElementById(hash.slice(1))?.scrollIntoView({ block: 'center' })
  }, [hash])
  return (
    <Section id="evidence" title={t('evidence.title')} note={t('evidence.note')}>
      {run.evidence.length === 0 ? <p className="empty-note">{t('evidence.empty')}</p> : null}
      {run.evidence.map((evidence) => (
        <EvidenceRow key={evidence.id} evidence={evidence} pointed={hash === `#${evidenceAnchor(evidence.id)}`} />
      ))}
      {run.refusedReports.map((report) => (
        <div key={`${report.job}/${report.path}`} className="refused">
          <span className="pill pill-bad">{t('evidence.refused')}</span> <b>{report.name}</b>{' '}
          <code className="code">{report.path}</code> <code className="code">{report.code}</code>
          <p lang="en">{report.message}</p>
        </div>
      ))}
    </Section>
  )
}

function EvidenceRow({ evidence, pointed }: { evidence: EvidenceView; pointed: boolean }) {
  const { t, s } = useTexts()
  return (
    <details
      id={evidenceAnchor(evidence.id)}
      className={pointed ? 'evidence evidence-pointed' : 'evidence'}
      open={pointed}
    >
      <summary>
        <b className="evidence-name">{evidence.name}</b>
        <span className="evidence-sentence">{s(evidence.sentence)}</span>
        <span className="evidence-tool muted">{evidence.tool}</span>
        <Digest digest={evidence.reportDigest} />
      </summary>
      <div className="evidence-body">
        <FactDetails fact={evidence.fact} />
        <dl className="facts">
          <dt>{t('evidence.producer')}</dt>
          <dd>{t('evidence.producerText', { job: evidence.job, attempt: evidence.attempt })}</dd>
          <dt>{t('evidence.report')}</dt>
          <dd>
            <code className="code break">{evidence.reportPath}</code> · {evidence.format}
          </dd>
          <dt>{t('evidence.digest')}</dt>
          {evidence.reportFiles.map(({ path, digest }) => (
            <dd key={path}>
              <code className="code break">{digest}</code>
              {evidence.reportFiles.length > 1 ? (
                <>
                  {' '}
                  <code className="code break">{path}</code>
                </>
              ) : null}
            </dd>
          ))}
          <dt>{t('evidence.subject')}</dt>
          <dd>
            {evidence.subject.name}{' '}
            {Object.entries(evidence.subject.digest).map(([algorithm, digest]) => (
              <code key={algorithm} className="code break">
                {algorithm}:{digest}
              </code>
            ))}
          </dd>
          <dt>{t('evidence.signedBy')}</dt>
          <dd>
            {evidence.keyIds.map((key) => (
              <code key={key} className="code break">
                {key}
              </code>
            ))}
          </dd>
          <dt>{t('evidence.recorded')}</dt>
          <dd>
            <Ago at={evidence.at} />
          </dd>
        </dl>
      </div>
    </details>
  )
}
