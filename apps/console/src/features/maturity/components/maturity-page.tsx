import { Segmented, Select } from 'antd'
import type { MaturityView } from '@sluice/contracts/api'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { paths } from '../../../paths.ts'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { useLiveQueries } from '../../../shared/live/use-live-queries.ts'
import { Page } from '../../../shared/ui/page.tsx'
import { QueryView } from '../../../shared/ui/query-view.tsx'
import { Ago } from '../../../shared/ui/times.tsx'
import { criterionLooks } from '../../../shared/ui/tone.ts'
import { maturityKey, useMaturity } from '../api/get-maturity.ts'
import { filterCriteria, type CriterionFilter } from '../filter-criteria.ts'
import { DomainSection } from './domain-section.tsx'

/** How mature a project's delivery is, criterion by criterion, each with its evidence. */
export function MaturityPage() {
  const project = useParams()['project'] ?? ''
  useLiveQueries({ project }, [maturityKey(project)])
  return (
    <QueryView query={useMaturity(project)}>
      {(view) => <MaturityDetails project={project} maturity={view} />}
    </QueryView>
  )
}

function MaturityDetails({ project, maturity }: { project: string; maturity: MaturityView }) {
  const { t, s } = useTexts()
  const [filter, setFilter] = useState<CriterionFilter>({ state: 'all', level: null })
  const domains = filterCriteria(maturity.domains, filter)
  return (
    <Page title={t('maturity.pageTitle', { project })}>
      <header className="page-head">
        <nav className="crumbs" aria-label={t('page.crumbs')}>
          <Link to={paths.home.to()}>{t('home.title')}</Link>
          <span aria-hidden>/</span>
          <Link to={paths.project.to(project)}>{project}</Link>
          <span aria-hidden>/</span>
          <span>{t('maturity.title')}</span>
        </nav>
        <h1>{t('maturity.title')}</h1>
        <p className="verdict-line verdict-idle">{s(maturity.overall.sentence)}</p>
        <p className="muted">
          <b>{t('maturity.selfAssessed')}</b> {s(maturity.model.note)} {maturity.model.id} {maturity.model.edition} ·{' '}
          {t('maturity.assessed')} <Ago at={maturity.assessedAt} />
        </p>
      </header>
      <Filters maturity={maturity} filter={filter} setFilter={setFilter} />
      {domains.length === 0 ? <p className="empty-note">{t('maturity.empty')}</p> : null}
      {domains.map((domain) => (
        <DomainSection key={domain.id} domain={domain} />
      ))}
    </Page>
  )
}

const states = ['met', 'partial', 'not_met', 'unknown'] as const

function Filters(props: {
  maturity: MaturityView
  filter: CriterionFilter
  setFilter: (filter: CriterionFilter) => void
}) {
  const { t, s } = useTexts()
  const { maturity, filter, setFilter } = props
  const all = states.reduce((sum, state) => sum + maturity.counts[state], 0)
  return (
    <div className="filters">
      <Segmented
        aria-label={t('maturity.filterState')}
        value={filter.state}
        onChange={(state) => setFilter({ ...filter, state })}
        options={[
          { value: 'all' as const, label: t('maturity.all', { count: all }) },
          ...states.map((state) => ({
            value: state,
            label: `${t(criterionLooks[state].label)} ${maturity.counts[state]}`,
          })),
        ]}
      />
      <Select
        aria-label={t('maturity.filterLevel')}
        value={filter.level ?? 0}
        onChange={(level) => setFilter({ ...filter, level: level === 0 ? null : level })}
        popupMatchSelectWidth={false}
        options={[
          { value: 0, label: t('maturity.allLevels') },
          ...maturity.levels.map((level) => ({
            value: level.number,
            label: t('maturity.level', { number: level.number, name: s(level.name) }),
          })),
        ]}
      />
    </div>
  )
}
