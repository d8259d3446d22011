import { existsSync } from 'node:fs'
import { routes, type ProjectView, type RunView } from '@sluice/contracts/api'
import { SluiceError } from '@sluice/kernel'
import type { PlatformConnection } from '../api/connect-platform.ts'
import { followRun } from '../api/follow-run.ts'
import type { CliErrorCode } from '../errors.ts'
import { progressOf } from '../progress/progress-of.ts'
import type { ProgressView } from '../progress/progress-view.ts'
import { cardProject } from './card-project.ts'
import type { PlatformInUse } from './with-platform.ts'

/** Makes the card known to the platform; to one that knows it nothing happens. */
export async function registerCard(connection: PlatformConnection): Promise<void> {
  if (!existsSync(cardProject.folder)) {
    throw new SluiceError<CliErrorCode>(
      'CLI_PROJECT_MISSING',
      `Cannot register project "${cardProject.slug}": folder "${cardProject.folder}" is not there`,
    )
  }
  await connection.call(routes.registerProject, { body: cardProject })
}

/** Registers the card and has its newest change delivered. @returns the run's id; `null` when production runs it */
export async function takeNewestChange(connection: PlatformConnection): Promise<string | null> {
  await registerCard(connection)
  const synced = await connection.call(routes.syncProject, { parameters: { project: cardProject.slug } })
  return synced.run?.id ?? null
}

const waiting = 'The server does not answer; waiting for it'

/** A platform that this command does not look after has this long to come back. */
const giveUpAfterMs = 60_000

/**
 * Shows a run in the view until it is over.
 * @param isOwn this command starts a dead server again, and so waits for it however long it takes
 * @returns `null` after the signal
 * @throws SluiceError CLI_RUN_LOST
 */
export async function showRun(
  connection: PlatformConnection,
  runId: string,
  view: ProgressView,
  { signal, isOwn, disk, settings }: Pick<PlatformInUse, 'signal' | 'isOwn' | 'disk' | 'settings'>,
): Promise<RunView | null> {
  let last: RunView | null = null
  const draw = (): void => {
    if (last !== null) view.show(progressOf(last, Date.now()))
  }
  let isOver = false
  const watchDisk = async (): Promise<void> => {
    if (disk.wasFull || !(await disk.look()) || isOver) return
    view.say(`The disk of data folder "${settings.data}" is full: free some space, or what runs now fails.`)
  }
  const tick = (): void => {
    draw() // durations of running jobs go on between two views
    void watchDisk()
  }
  const ticking = setInterval(tick, 1000)
  try {
    return await followRun(connection, runId, {
      signal,
      onView: (run) => {
        last = run
        draw()
      },
      onLost: () =>
        view.say(isOwn ? waiting : `${waiting} for ${giveUpAfterMs / 1000} s; "./sluice up" starts it again`),
      giveUpAfterMs: isOwn ? undefined : giveUpAfterMs,
    })
  } finally {
    isOver = true
    clearInterval(ticking)
  }
}

export async function readProject(connection: PlatformConnection): Promise<ProjectView> {
  return connection.call(routes.getProject, { parameters: { project: cardProject.slug } })
}
