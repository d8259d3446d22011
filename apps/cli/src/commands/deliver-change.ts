import { routes, type ProjectView, type RunView } from '@sluice/contracts/api'
import { existsSync } from 'node:fs'
import { SluiceError } from '@sluice/kernel'
import type { PlatformConnection } from '../api/connect-platform.ts'
import { followRun } from '../api/follow-run.ts'
import type { CliErrorCode } from '../errors.ts'
import { progressOf } from '../progress/progress-of.ts'
import type { ProgressView } from '../progress/progress-view.ts'
import { cardProject } from './card-project.ts'

/** Registers the card and has its newest change delivered. @returns the run's id; `null` when production runs it */
export async function takeNewestChange(connection: PlatformConnection): Promise<string | null> {
  if (!existsSync(cardProject.folder)) {
    throw new SluiceError<CliErrorCode>(
      'CLI_PROJECT_MISSING',
      `Cannot register project "${cardProject.slug}": folder "${cardProject.folder}" is not there`,
    )
  }
  await connection.call(routes.registerProject, { body: cardProject })
  const synced = await connection.call(routes.syncProject, { parameters: { project: cardProject.slug } })
  return synced.run?.id ?? null
}

/** Shows a run in the view until it is over. @returns `null` after the signal */
export async function showRun(
  connection: PlatformConnection,
  runId: string,
  view: ProgressView,
  signal: AbortSignal,
): Promise<RunView | null> {
  let last: RunView | null = null
  const draw = (): void => {
    if (last !== null) view.show(progressOf(last, Date.now()))
  }
  const ticking = setInterval(draw, 1000) // durations of running jobs go on between two views
  try {
    return await followRun(connection, runId, {
      signal,
      onView: (run) => {
        last = run
        draw()
      },
      onLost: () => view.say('The server does not answer; waiting for it'),
    })
  } finally {
    clearInterval(ticking)
  }
}

export async function readProject(connection: PlatformConnection): Promise<ProjectView> {
  return connection.call(routes.getProject, { parameters: { project: cardProject.slug } })
}
