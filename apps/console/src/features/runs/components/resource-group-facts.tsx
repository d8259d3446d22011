import type { ResourceClaimView, ResourceGroupView, RunView } from '@sluice/contracts/api'
import { Link } from 'react-router'
import { paths } from '../../../paths.ts'
import { useTexts } from '../../../shared/i18n/text-context.ts'

/** A job's resource group over all runs of the project: who holds it, and who is in line. */
export function ResourceGroupFacts({ run, group }: { run: RunView; group: ResourceGroupView }) {
  const { t } = useTexts()
  return (
    <div className="inline-list">
      <span>{t('resource.group', { name: group.name, mode: group.processMode })}</span>
      {group.holder === null ? (
        <span>{t('resource.free')}</span>
      ) : (
        <span>
          {t('resource.holder')} <Claimant run={run} claim={group.holder} />
        </span>
      )}
      {group.line.length === 0 ? null : (
        <span>
          {t('resource.line')}{' '}
          {group.line.map((claim, index) => (
            <span key={`${claim.runId}/${claim.job}`}>
              {index === 0 ? '' : ', '}
              <Claimant run={run} claim={claim} />
              {claim.state === 'upcoming' ? ` (${t('resource.upcoming')})` : ''}
            </span>
          ))}
        </span>
      )}
    </div>
  )
}

function Claimant({ run, claim }: { run: RunView; claim: ResourceClaimView }) {
  const { t } = useTexts()
  const search = `?job=${encodeURIComponent(claim.job)}`
  const to = claim.runId === run.id ? { search } : { pathname: paths.run.to(claim.runId), search }
  return <Link to={to}>{t('resource.claim', { job: claim.job, number: claim.runNumber })}</Link>
}
