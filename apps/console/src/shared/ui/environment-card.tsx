import type { EnvironmentView } from '@sluice/contracts/api'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { paths } from '../../paths.ts'
import { useTexts } from '../i18n/text-context.ts'
import { shortCommit } from '../lib/format.ts'
import { Digest } from './digest.tsx'
import { Status } from './status.tsx'
import { Ago } from './times.tsx'
import { environmentLooks } from './tone.ts'
import { TrafficBar } from './traffic-bar.tsx'

/** What runs in one environment, since when, and what is on its way. `actions`: what may be done there. */
export function EnvironmentCard({ environment, actions }: { environment: EnvironmentView; actions?: ReactNode }) {
  const { t } = useTexts()
  const { release, candidate } = environment
  return (
    <article className="card">
      <header className="card-head">
        <h3>{environment.name}</h3>
        <span className="muted">{environment.tier}</span>
        <span className="card-end">
          <Status look={environmentLooks[environment.state]} />
        </span>
      </header>
      {environment.inPolicy ? null : <p className="muted">{t('environment.notInPolicy')}</p>}
      {release === null ? (
        <p className="muted">{t('environment.empty')}</p>
      ) : (
        <dl className="facts">
          <dt>{t('release.version')}</dt>
          <dd>
            <Link to={paths.run.to(release.runId)}>{release.version}</Link>
          </dd>
          <dt>{t('release.digest')}</dt>
          <dd>
            <Digest digest={release.digest} />
          </dd>
          <dt>{t('release.commit')}</dt>
          <dd>
            <code className="code">{shortCommit(release.commit)}</code>
          </dd>
          <dt>{t('environment.since')}</dt>
          <dd>
            <Ago at={release.since} />
          </dd>
        </dl>
      )}
      {candidate === null ? null : (
        <TrafficBar weight={candidate.weight} stable={release?.version ?? null} candidate={candidate.version} />
      )}
      {environment.url === '' ? null : (
        <a href={environment.url} target="_blank" rel="noreferrer" className="break">
          {environment.url}
        </a>
      )}
      {actions}
    </article>
  )
}
