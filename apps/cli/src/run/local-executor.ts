import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Executor } from '@sluice/execution'
import { processExecutor, removeFolder } from '@sluice/executor-process'
import { sha256Hex } from '@sluice/kernel'
import type { FolderRun } from './folder-run.ts'

/** Opens the executor of a run. What an earlier run of the folder left in containers is taken away. */
export async function openLocalExecutor({
  executor: choice,
  local,
  isolation,
  clock,
  view,
}: FolderRun): Promise<Executor> {
  const processes = processExecutor({ folder: join(local.jobs, 'workspaces'), isolation, trials: local.trials })
  if (choice.kind === 'process') return processes
  const { openExecutor } = await import('@sluice/executor-docker')
  const opened = await openExecutor({
    kind: choice.kind,
    processes,
    host: processExecutor({ folder: local.containers, isolation, trials: local.trials }),
    owner: sha256Hex(local.containers).slice(0, 32),
    clock,
    defaultImage: choice.image,
    onUnreachable: (reason) => view.note(`WARNING: jobs with images run as processes: ${reason}`),
  })
  await removeFolder(local.containers)
  await mkdir(local.containers, { recursive: true, mode: 0o700 })
  return opened
}
