import type { Plan } from '@sluice/contracts/plan'
import { SluiceError } from '@sluice/kernel'

/**
 * The server runs no children yet: a plan with jobs that begin one is refused as a whole, rather than run without them.
 * @throws SluiceError PIPELINE_TRIGGERS
 */
export function refuseChildren({ jobs, trigger }: Pick<Plan, 'jobs' | 'trigger'>): void {
  const names = jobs.flatMap(({ name, downstream }) => (downstream === undefined ? [] : [`"${name}"`]))
  if (names.length === 0) return
  const told = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
  throw new SluiceError(
    'PIPELINE_TRIGGERS',
    `Cannot run commit ${trigger.commit.slice(0, 8)}: ${told} begin other pipelines by trigger; wanted a pipeline without trigger on the server`,
    { status: 422 },
  )
}
