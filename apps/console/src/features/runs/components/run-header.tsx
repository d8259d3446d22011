import { Alert } from 'antd'
import type { RunView } from '@sluice/contracts/api'
import { Link } from 'react-router'
import { paths } from '../../../paths.ts'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { shortCommit } from '../../../shared/lib/format.ts'
import { Status } from '../../../shared/ui/status.tsx'
import { Ago, Elapsed } from '../../../shared/ui/times.tsx'
import { deliveryLooks, runLooks } from '../../../shared/ui/tone.ts'
import { RunActions } from './run-actions.tsx'

/** What the run is for, how it stands, and what may be done with it. */
export function RunHeader({ run }: { run: RunView }) {
  const { t, s } = useTexts()
  return (
    <header className="page-head">
      <nav className="crumbs" aria-label={t('page.crumbs')}>
        <Link to={paths.home.to()}>{t('home.title')}</Link>
        <span aria-hidden>/</span>
        <Link to={paths.project.to(run.project)}>{run.project}</Link>
        <span aria-hidden>/</span>
        {run.parent === null ? null : (
          <>
            <Link to={paths.run.to(run.parent.runId)}>{t('run.number', { number: run.parent.number })}</Link>
            <span aria-hidden>/</span>
          </>
        )}
        <span>{t('run.number', { number: run.number })}</span>
      </nav>
      <div className="page-title-row">
        <h1>{run.title}</h1>
        <RunActions run={run} />
      </div>
      <div className="inline-list">
        <Status look={runLooks[run.status]} />
        {run.delivery === 'none' ? null : <Status look={deliveryLooks[run.delivery]} />}
        {run.parent === null ? null : (
          <span>
            {t('run.childOf')}{' '}
            <Link to={paths.job.to(run.parent.runId, run.parent.job)}>{t('run.childOf.job', { ...run.parent })}</Link>
          </span>
        )}
        {run.unisolated ? (
          <span className="pill pill-warn" title={t('run.unisolatedHint')}>
            {t('run.unisolated')}
          </span>
        ) : null}
        <span>
          <code className="code">{run.ref}</code> @{' '}
          <code className="code" title={run.commit}>
            {shortCommit(run.commit)}
          </code>
        </span>
        <span>{run.author}</span>
        <span>
          {t('run.started')} <Ago at={run.createdAt} />
        </span>
        <span>
          {t('run.took')} <Elapsed from={run.createdAt} to={run.finishedAt} />
        </span>
      </div>
      <p className={`verdict-line verdict-${lineTone(run)}`}>{s(run.sentence)}</p>
      {run.unisolated ? <Alert type="warning" showIcon title={t('run.unisolatedHint')} /> : null}
    </header>
  )
}

function lineTone(run: RunView): string {
  if (run.delivery === 'stopped' || run.status === 'failed') return 'bad'
  if (run.status === 'running' || run.delivery === 'delivering') return 'busy'
  return run.status === 'success' ? 'good' : 'idle'
}
