import type { RunView } from '@sluice/contracts/api'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { formatBytes, shortCommit } from '../../../shared/lib/format.ts'
import { EnvironmentCard } from '../../../shared/ui/environment-card.tsx'
import { Section } from '../../../shared/ui/section.tsx'
import { Ago } from '../../../shared/ui/times.tsx'

/** The release that the run made, and what runs in each environment now. */
export function ReleaseSection({ run }: { run: RunView }) {
  const { t } = useTexts()
  const { release } = run
  return (
    <Section id="release" title={t('release.title')} plain>
      <div className="cards">
        <article className="card">
          <header className="card-head">
            <h3>{release === null ? t('release.none') : release.version}</h3>
          </header>
          {release === null ? (
            <p className="muted">{t('release.noneHint')}</p>
          ) : (
            <dl className="facts">
              <dt>{t('release.digest')}</dt>
              <dd>
                <code className="code break">{release.digest}</code>
              </dd>
              <dt>{t('release.commit')}</dt>
              <dd>
                <code className="code" title={release.commit}>
                  {shortCommit(release.commit)}
                </code>
              </dd>
              <dt>{t('release.content')}</dt>
              <dd>{t('release.files', { files: release.files, size: formatBytes(release.sizeBytes) })}</dd>
              <dt>{t('release.made')}</dt>
              <dd>
                <Ago at={release.createdAt} />
              </dd>
            </dl>
          )}
        </article>
        {run.environments.map((environment) => (
          <EnvironmentCard key={environment.name} environment={environment} />
        ))}
      </div>
    </Section>
  )
}
