import { Progress } from 'antd'
import type { ComponentsFact, CoverageFact, Fact, FindingsFact, TestsFact } from '@sluice/contracts/evidence'
import { useTexts, type Texts } from '../../../shared/i18n/text-context.ts'
import { formatCount, formatDuration, formatCoverage } from '../../../shared/lib/format.ts'
import { DataTable, type Column } from '../../../shared/ui/data-table.tsx'
import { type CoveredFile, filesByCoverage, licencesByCount, placeOf } from '../fact-order.ts'

/** What a report says, by its kind. */
export function FactDetails({ fact }: { fact: Fact }) {
  if (fact.kind === 'tests') return <Tests fact={fact} />
  if (fact.kind === 'coverage') return <Coverage fact={fact} />
  if (fact.kind === 'findings') return <Findings fact={fact} />
  return <Components fact={fact} />
}

function Tests({ fact }: { fact: TestsFact }) {
  const { t, language } = useTexts()
  return (
    <>
      <ul className="counts">
        <li>{t('tests.total', { count: fact.total })}</li>
        <li>{t('tests.passed', { count: fact.passed })}</li>
        <li className={fact.failed + fact.errors > 0 ? 'text-bad' : ''}>
          {t('tests.failed', { count: fact.failed + fact.errors })}
        </li>
        <li>{t('tests.skipped', { count: fact.skipped })}</li>
        <li>{formatDuration(fact.durationMs, language)}</li>
      </ul>
      {fact.failures.map((failure) => (
        <div key={`${failure.suite}/${failure.name}`} className="failure">
          <b>{failure.name}</b> <span className="muted">{failure.suite}</span>
          {failure.file === null ? null : <code className="code break">{failure.file}</code>}
          <pre>{failure.message}</pre>
        </div>
      ))}
      {fact.failuresOmitted > 0 ? <p className="muted">{t('fact.omitted', { count: fact.failuresOmitted })}</p> : null}
    </>
  )
}

function Coverage({ fact }: { fact: CoverageFact }) {
  const texts = useTexts()
  const { t } = texts
  return (
    <>
      <ul className="counts">
        <li>
          {t('coverage.lines', {
            rate: fact.lineRate === null ? '–' : formatCoverage(fact.lineRate),
            covered: fact.linesCovered,
            total: fact.linesTotal,
          })}
        </li>
        <li>
          {t('coverage.branches', {
            rate: fact.branchRate === null ? '–' : formatCoverage(fact.branchRate),
            covered: fact.branchesCovered,
            total: fact.branchesTotal,
          })}
        </li>
      </ul>
      <DataTable
        caption={t('coverage.byFile')}
        rows={filesByCoverage(fact)}
        rowKey={(file) => file.path}
        empty={t('fact.nothing')}
        columns={coverageColumns(texts)}
      />
    </>
  )
}

function Findings({ fact }: { fact: FindingsFact }) {
  const texts = useTexts()
  const { t } = texts
  return (
    <>
      <ul className="counts">
        <li className={fact.errors > 0 ? 'text-bad' : ''}>{t('findings.errors', { count: fact.errors })}</li>
        <li>{t('findings.warnings', { count: fact.warnings })}</li>
        <li>{t('findings.notes', { count: fact.notes })}</li>
        <li>{t('findings.suppressed', { count: fact.suppressed })}</li>
      </ul>
      <DataTable
        caption={t('findings.list')}
        rows={fact.findings}
        rowKey={(finding) => `${finding.rule}/${finding.path}/${finding.line}/${finding.message}`}
        empty={t('findings.none')}
        columns={findingColumns(texts)}
      />
      {fact.findingsOmitted > 0 ? <p className="muted">{t('fact.omitted', { count: fact.findingsOmitted })}</p> : null}
    </>
  )
}

function Components({ fact }: { fact: ComponentsFact }) {
  const texts = useTexts()
  const { t, language } = texts
  return (
    <>
      <ul className="counts">
        <li>{t('components.total', { count: formatCount(fact.total, language) })}</li>
        <li>CycloneDX {fact.specVersion}</li>
      </ul>
      <ul className="licences" aria-label={t('components.licences')}>
        {licencesByCount(fact).map(([licence, count]) => (
          <li key={licence}>
            {licence} <b className="number">{count}</b>
          </li>
        ))}
      </ul>
      <DataTable
        caption={t('components.list')}
        rows={fact.components.slice(0, 200)}
        rowKey={(component) => component.purl ?? `${component.name}@${component.version}`}
        empty={t('fact.nothing')}
        columns={componentColumns(texts)}
      />
      {fact.components.length > 200 ? (
        <p className="muted">{t('fact.omitted', { count: fact.components.length - 200 })}</p>
      ) : null}
    </>
  )
}

const coverageColumns = ({ t }: Texts): Column<CoveredFile>[] => [
  {
    key: 'path',
    title: t('coverage.file'),
    wide: true,
    cell: (file) => <code className="code break">{file.path}</code>,
  },
  {
    key: 'lines',
    title: t('coverage.linesColumn'),
    numeric: true,
    cell: (file) => `${file.linesCovered}/${file.linesTotal}`,
  },
  {
    key: 'rate',
    title: t('coverage.rateColumn'),
    numeric: true,
    cell: (file) => (
      <Progress
        size="small"
        percent={Math.floor(file.rate * 100)}
        aria-label={file.path}
        className="coverage-bar"
        format={() => formatCoverage(file.rate)}
        status="normal"
      />
    ),
  },
]

const findingColumns = ({ t }: Texts): Column<FindingsFact['findings'][number]>[] => [
  {
    key: 'level',
    title: t('findings.level'),
    cell: (finding) => <span className={finding.level === 'error' ? 'text-bad' : ''}>{finding.level}</span>,
  },
  { key: 'message', title: t('findings.message'), wide: true, cell: (finding) => finding.message },
  {
    key: 'rule',
    title: t('findings.rule'),
    cell: (finding) => <code className="code break">{finding.rule}</code>,
  },
  {
    key: 'place',
    title: t('findings.place'),
    cell: (finding) => <code className="code break">{placeOf(finding)}</code>,
  },
]

const componentColumns = ({ t }: Texts): Column<ComponentsFact['components'][number]>[] => [
  { key: 'name', title: t('components.name'), wide: true, cell: (component) => component.name },
  { key: 'version', title: t('components.version'), cell: (component) => component.version ?? '–' },
  { key: 'licence', title: t('components.licence'), cell: (component) => component.licence ?? '–' },
]
