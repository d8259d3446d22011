import type { ReleaseView } from '@sluice/contracts/api'
import { Link } from 'react-router'
import { paths } from '../../../paths.ts'
import { useTexts, type Texts } from '../../../shared/i18n/text-context.ts'
import { formatBytes, shortCommit } from '../../../shared/lib/format.ts'
import { DataTable, type Column } from '../../../shared/ui/data-table.tsx'
import { Digest } from '../../../shared/ui/digest.tsx'
import { Ago } from '../../../shared/ui/times.tsx'

/** Releases, newest first: the digest is what moves from environment to environment. */
export function ReleaseTable({ releases }: { releases: readonly ReleaseView[] }) {
  const texts = useTexts()
  const { t } = texts
  return (
    <DataTable
      caption={t('project.releases')}
      rows={releases}
      rowKey={(release) => release.id}
      empty={t('project.noReleases')}
      columns={releaseColumns(texts)}
    />
  )
}

const releaseColumns = ({ t }: Texts): Column<ReleaseView>[] => [
  { key: 'version', title: t('release.version'), cell: (release) => release.version },
  { key: 'title', title: t('runs.change'), wide: true, cell: (release) => release.title },
  { key: 'digest', title: t('release.digest'), cell: (release) => <Digest digest={release.digest} /> },
  {
    key: 'commit',
    title: t('release.commit'),
    cell: (release) => <code className="code">{shortCommit(release.commit)}</code>,
  },
  {
    key: 'size',
    title: t('release.content'),
    cell: (release) => t('release.files', { files: release.files, size: formatBytes(release.sizeBytes) }),
  },
  {
    key: 'run',
    title: t('release.run'),
    cell: (release) => <Link to={paths.run.to(release.runId)}>#{release.runNumber}</Link>,
  },
  { key: 'when', title: t('runs.when'), cell: (release) => <Ago at={release.createdAt} /> },
]
