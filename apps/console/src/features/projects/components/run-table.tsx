import { Button } from 'antd'
import type { RunSummary } from '@sluice/contracts/api'
import { useState } from 'react'
import { Link } from 'react-router'
import { paths } from '../../../paths.ts'
import { useTexts, type Texts } from '../../../shared/i18n/text-context.ts'
import { shortCommit } from '../../../shared/lib/format.ts'
import { DataTable, type Column } from '../../../shared/ui/data-table.tsx'
import { Status } from '../../../shared/ui/status.tsx'
import { Ago, Elapsed } from '../../../shared/ui/times.tsx'
import { deliveryLooks, runLooks } from '../../../shared/ui/tone.ts'

const pageRows = 20

/** The history of runs, newest first. */
export function RunTable({ runs }: { runs: readonly RunSummary[] }) {
  const texts = useTexts()
  const { t } = texts
  const [shown, setShown] = useState(pageRows)
  return (
    <>
      <DataTable
        caption={t('project.runs')}
        rows={runs.slice(0, shown)}
        rowKey={(run) => run.id}
        empty={t('project.noRuns')}
        columns={runColumns(texts)}
      />
      {shown < runs.length ? (
        <Button type="link" onClick={() => setShown(shown + pageRows)}>
          {t('runs.more', { count: runs.length - shown })}
        </Button>
      ) : null}
    </>
  )
}

const runColumns = ({ t, s }: Texts): Column<RunSummary>[] => [
  {
    key: 'number',
    title: t('runs.number'),
    cell: (run) => <Link to={paths.run.to(run.id)}>#{run.number}</Link>,
  },
  {
    key: 'status',
    title: t('runs.status'),
    cell: (run) => (
      <span className="pills">
        <Status look={runLooks[run.status]} />
        {run.delivery === 'none' ? null : <Status look={deliveryLooks[run.delivery]} />}
        {run.unisolated ? <span className="pill pill-warn">{t('run.unisolated')}</span> : null}
      </span>
    ),
  },
  {
    key: 'change',
    title: t('runs.change'),
    wide: true,
    cell: (run) => (
      <div>
        <Link to={paths.run.to(run.id)} className="run-title">
          {run.title}
        </Link>
        <div className="muted">{s(run.sentence)}</div>
      </div>
    ),
  },
  {
    key: 'ref',
    title: t('runs.ref'),
    cell: (run) => (
      <>
        <code className="code break">{run.ref}</code> <code className="code muted">{shortCommit(run.commit)}</code>
      </>
    ),
  },
  { key: 'author', title: t('runs.author'), cell: (run) => <span className="author">{run.author}</span> },
  { key: 'when', title: t('runs.when'), cell: (run) => <Ago at={run.createdAt} /> },
  {
    key: 'took',
    title: t('runs.took'),
    numeric: true,
    cell: (run) => <Elapsed from={run.createdAt} to={run.finishedAt} />,
  },
]
