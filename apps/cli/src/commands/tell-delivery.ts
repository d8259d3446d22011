import { join } from 'node:path'
import type { RunView } from '@sluice/contracts/api'
import type { DiskWatch } from '@sluice/executor-process'
import type { PlatformConnection } from '../api/connect-platform.ts'
import type { Settings } from '../platform/settings.ts'
import { deliverySummary } from '../progress/summary.ts'
import { readProject } from './deliver-change.ts'
import { notServingSentence, untilServing } from './until-serving.ts'

export interface DeliveryToTell {
  /** `null`: there was nothing to deliver. */
  run: RunView | null
  startMs: number
  signal: AbortSignal
  settings: Settings
  /** Of the data folder, looked at while the run went on. */
  disk: DiskWatch
  print: (line: string) => void
  servingTimeoutMs?: number | undefined
}

/**
 * Tells what came of a delivery.
 * @returns whether production runs the change; where there was nothing to deliver: whether all environments serve
 */
export async function tellDelivery(connection: PlatformConnection, delivery: DeliveryToTell): Promise<boolean> {
  const { run, startMs, signal, print } = delivery
  const read = async () => (await readProject(connection)).environments
  const environments = run === null ? await untilServing(read, signal, delivery.servingTimeoutMs) : await read()
  if (signal.aborted) return false
  const fault = run === null ? notServingSentence(environments, join(delivery.settings.logFolder, 'server.log')) : null
  print('')
  const lines = deliverySummary({ run, environments, tookMs: performance.now() - startMs })
  for (const line of fault === null ? lines : [fault, ...lines.slice(1)]) print(line)
  const isDelivered = fault === null && (run === null || run.delivery === 'delivered')
  const diskFault = isDelivered ? null : await diskSentence(delivery)
  if (diskFault !== null) print(diskFault)
  return isDelivered
}

/** Why things fail that nobody would think of: also where what failed has freed the disk again when it ended. */
export async function diskSentence({
  disk,
  settings,
}: Pick<DeliveryToTell, 'disk' | 'settings'>): Promise<string | null> {
  const isFull = await disk.look()
  if (!disk.wasFull) return null
  const since = isFull ? 'is full' : 'was full meanwhile, and jobs and tests fail by that'
  return `The disk of data folder "${settings.data}" ${since}: free some space, then deliver again.`
}
