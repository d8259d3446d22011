import type { ProjectSummary } from '@sluice/contracts/api'
import { Link } from 'react-router'
import { paths } from '../../../paths.ts'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { useLiveQueries } from '../../../shared/live/use-live-queries.ts'
import { Digest } from '../../../shared/ui/digest.tsx'
import { Page } from '../../../shared/ui/page.tsx'
import { QueryView } from '../../../shared/ui/query-view.tsx'
import { Status } from '../../../shared/ui/status.tsx'
import { Ago } from '../../../shared/ui/times.tsx'
import { deliveryLooks, environmentLooks, runLooks } from '../../../shared/ui/tone.ts'
import { projectsKey, useProjects } from '../api/list-projects.ts'

/** All projects, each with what runs where and its last run. */
export function HomePage() {
  const { t } = useTexts()
  useLiveQueries('everything', [projectsKey])
  return (
    <QueryView query={useProjects()}>
      {(projects) => (
        <Page title={t('home.title')}>
          <header className="page-head">
            <h1>{t('home.title')}</h1>
          </header>
          {projects.length === 0 ? (
            <div className="section section-boxed">
              <p className="empty-note">{t('home.empty')}</p>
              <pre className="command">./sluice up</pre>
            </div>
          ) : null}
          <div className="cards cards-wide">
            {projects.map((project) => (
              <ProjectCard key={project.slug} project={project} />
            ))}
          </div>
        </Page>
      )}
    </QueryView>
  )
}

function ProjectCard({ project }: { project: ProjectSummary }) {
  const { t, s } = useTexts()
  const { lastRun } = project
  return (
    <article className="card">
      <header className="card-head">
        <h2>
          <Link to={paths.project.to(project.slug)}>{project.name}</Link>
        </h2>
        <code className="code muted">{project.slug}</code>
      </header>
      <ul className="plain-list">
        {project.environments.map((environment) => (
          <li key={environment.name} className="environment-line">
            <span>
              {environment.name}
              {environment.inPolicy ? null : <span className="muted"> {t('environment.notInPolicy.short')}</span>}
            </span>
            <span>
              {environment.release === null ? (
                <span className="muted">–</span>
              ) : (
                <>
                  {environment.release.version} <Digest digest={environment.release.digest} />
                </>
              )}
            </span>
            <Status look={environmentLooks[environment.state]} />
          </li>
        ))}
      </ul>
      {lastRun === null ? (
        <p className="muted">{t('project.noRuns')}</p>
      ) : (
        <div className="last-run">
          <div className="inline-list">
            <Status look={lastRun.delivery === 'none' ? runLooks[lastRun.status] : deliveryLooks[lastRun.delivery]} />
            <Link to={paths.run.to(lastRun.id)}>{t('run.number', { number: lastRun.number })}</Link>
            <span className="muted">
              <Ago at={lastRun.createdAt} />
            </span>
          </div>
          <p className="run-title">{lastRun.title}</p>
          <p className="muted">{s(lastRun.sentence)}</p>
        </div>
      )}
      <footer className="card-foot">
        <Link to={paths.project.to(project.slug)}>{t('project.open')}</Link>
        <Link to={paths.maturity.to(project.slug)}>{t('maturity.title')}</Link>
      </footer>
    </article>
  )
}
