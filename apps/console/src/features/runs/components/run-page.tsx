import type { RunView } from '@sluice/contracts/api'
import { useParams } from 'react-router'
import { useTexts } from '../../../shared/i18n/text-context.ts'
import { useLiveQueries } from '../../../shared/live/use-live-queries.ts'
import { Page } from '../../../shared/ui/page.tsx'
import { QueryView } from '../../../shared/ui/query-view.tsx'
import { runKey, useRun } from '../api/get-run.ts'
import { ChainStrip } from './chain-strip.tsx'
import { EvidenceSection } from './evidence-section.tsx'
import { ExcludedJobs } from './excluded-jobs.tsx'
import { GatesSection } from './gates-section.tsx'
import { JobDrawer } from './job-drawer.tsx'
import { ReleaseSection } from './release-section.tsx'
import { RolloutsSection } from './rollouts-section.tsx'
import { RunHeader } from './run-header.tsx'
import { StageBoard } from './stage-board.tsx'
import { TimeLine } from './time-line.tsx'

/** One run from its change to each environment; a child delivers nothing. */
export function RunPage() {
  const run = useParams()['run'] ?? ''
  useLiveQueries({ run }, [runKey(run)])
  return <QueryView query={useRun(run)}>{(view) => <RunDetails run={view} />}</QueryView>
}

function RunDetails({ run }: { run: RunView }) {
  const { t } = useTexts()
  return (
    <Page title={t('run.pageTitle', { number: run.number, title: run.title })}>
      <RunHeader run={run} />
      <ChainStrip run={run} />
      <StageBoard run={run} />
      <ExcludedJobs excluded={run.excluded} />
      <GatesSection run={run} />
      <EvidenceSection run={run} />
      {run.parent === null ? (
        <>
          <RolloutsSection run={run} />
          <ReleaseSection run={run} />
        </>
      ) : null}
      <TimeLine entries={run.log} />
      <JobDrawer run={run} />
    </Page>
  )
}
