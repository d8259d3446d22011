import type { Reason } from '@sluice/contracts/plan'
import { useTexts } from '../../../shared/i18n/text-context.ts'

/** Why a job is in the plan or not: each link of the chain with its place and the values it saw. */
export function ReasonList({ reasons }: { reasons: readonly Reason[] }) {
  return (
    <ol className="reasons">
      {reasons.map((reason, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- the order of the chain is what identifies a link
        <li key={index}>
          <ReasonText reason={reason} />
        </li>
      ))}
    </ol>
  )
}

function ReasonText({ reason }: { reason: Reason }) {
  const { t } = useTexts()
  return (
    <>
      <span lang="en">{reason.text}</span>{' '}
      {reason.position === undefined ? null : (
        <code className="code muted">
          {reason.position.path}:{reason.position.line}
        </code>
      )}
      {Object.entries(reason.values ?? {}).map(([name, value]) => (
        <div key={name} className="reason-value">
          <code className="code">
            {name} = {value ?? t('reason.notSet')}
          </code>
        </div>
      ))}
    </>
  )
}
