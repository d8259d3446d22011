import type { DeploymentView, RunView } from '@sluice/contracts/api'
import type { Judgement } from '@sluice/contracts/events'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import type { TextKey } from '../../../shared/i18n/texts.ts'
import { Section } from '../../../shared/ui/section.tsx'
import { Sign, Status } from '../../../shared/ui/status.tsx'
import { Elapsed } from '../../../shared/ui/times.tsx'
import { TrafficBar } from '../../../shared/ui/traffic-bar.tsx'
import type { Look } from '../../../shared/ui/tone.ts'
import { comparisonRows } from '../rollout-rows.ts'

const deploymentLooks: Record<DeploymentView['state'], Look> = {
  running: { tone: 'busy', label: 'deployment.running' },
  promoted: { tone: 'good', label: 'deployment.promoted' },
  aborted: { tone: 'bad', label: 'deployment.aborted' },
  failed: { tone: 'bad', label: 'deployment.failed' },
}
const stepLooks: Record<DeploymentView['steps'][number]['state'], Look> = {
  waiting: { tone: 'idle', label: 'step.waiting' },
  running: { tone: 'busy', label: 'step.running' },
  passed: { tone: 'good', label: 'step.passed' },
  failed: { tone: 'bad', label: 'step.failed' },
  inconclusive: { tone: 'warn', label: 'step.inconclusive' },
}

/** Each deployment of the run's release; a canary with its steps and both versions' figures. */
export function RolloutsSection({ run }: { run: RunView }) {
  const { t } = useTexts()
  return (
    <Section id="rollouts" title={t('rollouts.title')}>
      {run.deployments.length === 0 ? (
        <p className="empty-note">
          {t(run.deliver && run.delivery !== 'stopped' ? 'rollouts.waiting' : 'rollouts.empty')}
        </p>
      ) : null}
      {run.deployments.map((deployment) => (
        <Deployment key={deployment.id} deployment={deployment} />
      ))}
    </Section>
  )
}

function Deployment({ deployment }: { deployment: DeploymentView }) {
  const { t, s } = useTexts()
  const judged = deployment.current ?? deployment.steps.findLast((step) => step.judgement !== null)?.judgement ?? null
  return (
    <article className="rollout" aria-label={t('rollouts.of', { environment: deployment.environment })}>
      <header className="card-head">
        <h3>{deployment.environment}</h3>
        <span className="muted">{t(deployment.strategy === 'canary' ? 'strategy.canary' : 'strategy.recreate')}</span>
        <span className="muted">
          <Elapsed from={deployment.startedAt} to={deployment.finishedAt} />
        </span>
        <span className="card-end">
          <Status look={deploymentLooks[deployment.state]} />
        </span>
      </header>
      <p>{s(deployment.sentence)}</p>
      {deployment.strategy === 'recreate' ? null : (
        <>
          <TrafficBar
            weight={deployment.weight}
            stable={deployment.previous?.version ?? null}
            candidate={deployment.release.version}
          />
          <div className="rollout-body">
            <Steps deployment={deployment} />
            {judged === null ? null : <Comparison deployment={deployment} judgement={judged} />}
          </div>
        </>
      )}
    </article>
  )
}

/** What has ended waits for nothing. */
function lookOf(deployment: DeploymentView, step: DeploymentView['steps'][number]): Look {
  const isOver = deployment.state === 'aborted' || deployment.state === 'failed'
  return isOver && step.state === 'waiting' ? { tone: 'idle', label: 'step.not-reached' } : stepLooks[step.state]
}

function Steps({ deployment }: { deployment: DeploymentView }) {
  const { t, s } = useTexts()
  return (
    <ol className="steps" aria-label={t('rollouts.steps')}>
      {deployment.steps.map((step) => {
        const look = lookOf(deployment, step)
        return (
          <li key={step.weight} className={`step step-${look.tone}`}>
            <Sign tone={look.tone} />
            <b className="number">{step.weight} %</b> <span>{t(look.label)}</span>
            {step.judgement === null ? null : <p>{s(step.judgement.sentence)}</p>}
          </li>
        )
      })}
    </ol>
  )
}

const captions: Record<Judgement['result'], TextKey> = {
  pass: 'rollout.judged.pass',
  fail: 'rollout.judged.fail',
  inconclusive: 'rollout.judged.inconclusive',
}

function Comparison({ deployment, judgement }: { deployment: DeploymentView; judgement: Judgement }) {
  const { t, language } = useTexts()
  return (
    <table className="comparison">
      <caption>{t(captions[judgement.result])}</caption>
      <thead>
        <tr>
          <th scope="col">{t('rollout.figure')}</th>
          <th scope="col">
            <i className="dot dot-stable" aria-hidden /> {t('rollout.stable')}
            <span className="version">{deployment.previous?.version ?? '–'}</span>
          </th>
          <th scope="col">
            <i className="dot dot-candidate" aria-hidden /> {t('rollout.canary')}
            <span className="version">{deployment.release.version}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {comparisonRows(judgement.stable, judgement.canary, language).map((row) => (
          <tr key={row.key}>
            <th scope="row">{t(row.label)}</th>
            <td>{row.stable}</td>
            <td className={row.worse ? 'worse' : ''}>{row.canary}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
