import type { ProjectView } from '@sluice/contracts/api'
import { Link, useParams } from 'react-router'
import { paths } from '../../../paths.ts'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { useLiveQueries } from '../../../shared/live/use-live-queries.ts'
import { EnvironmentCard } from '../../../shared/ui/environment-card.tsx'
import { Page } from '../../../shared/ui/page.tsx'
import { QueryView } from '../../../shared/ui/query-view.tsx'
import { Section } from '../../../shared/ui/section.tsx'
import { projectKey, useProject } from '../api/get-project.ts'
import { DeliverNewest } from './deliver-newest.tsx'
import { DoraSection } from './dora-section.tsx'
import { ReleaseTable } from './release-table.tsx'
import { RunTable } from './run-table.tsx'
import { StopEnvironment } from './stop-environment.tsx'

/** One project: what runs where, its history, its figures. */
export function ProjectPage() {
  const project = useParams()['project'] ?? ''
  useLiveQueries({ project }, [projectKey(project)])
  return <QueryView query={useProject(project)}>{(view) => <ProjectDetails project={view} />}</QueryView>
}

function ProjectDetails({ project }: { project: ProjectView }) {
  const { t } = useTexts()
  return (
    <Page title={project.name}>
      <header className="page-head">
        <nav className="crumbs" aria-label={t('page.crumbs')}>
          <Link to={paths.home.to()}>{t('home.title')}</Link>
          <span aria-hidden>/</span>
          <span>{project.slug}</span>
        </nav>
        <div className="page-title-row">
          <h1>{project.name}</h1>
          <div className="actions">
            <Link to={paths.maturity.to(project.slug)} className="link-button">
              {t('maturity.title')}
            </Link>
            <DeliverNewest project={project} />
          </div>
        </div>
      </header>
      <Section title={t('project.environments')} plain>
        {project.environments.length === 0 ? <p className="empty-note">{t('project.noEnvironments')}</p> : null}
        <div className="cards">
          {project.environments.map((environment) => (
            <EnvironmentCard
              key={environment.name}
              environment={environment}
              actions={<StopEnvironment project={project.slug} environment={environment} />}
            />
          ))}
        </div>
      </Section>
      <DoraSection dora={project.dora} />
      <Section title={t('project.runs')}>
        <RunTable runs={project.runs} />
      </Section>
      <Section title={t('project.releases')}>
        <ReleaseTable releases={project.releases} />
      </Section>
    </Page>
  )
}
