import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Executor, Isolation } from '@sluice/execution'
import { processExecutor, removeFolder } from '@sluice/executor-process'
import { sha256Hex, type Clock } from '@sluice/kernel'
import type { RunnerConfig } from './runner-config.ts'
import type { RunnerLog } from './runner-log.ts'

/** Opens the executor that the settings name. What an earlier runner of the folder left is taken away. */
export async function openRunnerExecutor(
  { folder, executor: kind, image }: RunnerConfig,
  { isolation, clock, log }: { isolation: Isolation; clock: Clock; log: RunnerLog },
): Promise<Executor> {
  const processes = processExecutor({ folder: join(folder, 'jobs'), isolation })
  if (kind === 'process') return processes
  const { openExecutor } = await import('@sluice/executor-docker')
  const workspaces = join(folder, 'containers')
  const opened = await openExecutor({
    kind,
    processes,
    host: processExecutor({ folder: workspaces, isolation }),
    owner: sha256Hex(folder).slice(0, 32),
    clock,
    defaultImage: image,
    onUnreachable: (reason) => log('warning', 'jobs with images run as processes', { reason }),
  })
  await removeFolder(workspaces)
  await mkdir(workspaces, { recursive: true, mode: 0o700 })
  return opened
}
