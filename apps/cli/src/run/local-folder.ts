import { constants } from 'node:fs'
import { access, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from '../errors.ts'

/** Where the runs of one folder on this machine keep what they need. */
export interface LocalFolder {
  repository: string
  caches: string
  /** What pipelines include from elsewhere. */
  includes: string
  /** Sources as jobs get them, by commit; the newest ones stay. */
  snapshots: string
  /** Workspaces; there only while something runs. */
  jobs: string
  /** Workspaces of jobs in containers. */
  containers: string
  key: string
  lastRun: string
  /** How the jobs of the last run ended. */
  lastJobs: string
  /** What they made, for a run that goes on from it. */
  artifacts: string
  /** A log a job, of the last run. */
  logs: string
  /** What was found that can be done on this disk. */
  trials: string
  lock: string
}

/** `<folder>/.sluice/local`, which no Git sees. @throws SluiceError CLI_DATA_UNWRITABLE */
export async function openLocalFolder(folder: string): Promise<LocalFolder> {
  const data = join(folder, '.sluice')
  const root = join(data, 'local')
  try {
    await mkdir(root, { recursive: true, mode: 0o700 })
    await access(root, constants.W_OK | constants.X_OK)
    await writeFile(join(data, '.gitignore'), '*\n')
  } catch (cause) {
    throw new SluiceError<CliErrorCode>(
      'CLI_DATA_UNWRITABLE',
      `Cannot use data folder "${data}": it cannot be written (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`,
      { cause },
    )
  }
  return {
    repository: join(root, 'repository.git'),
    caches: join(root, 'caches'),
    includes: join(root, 'includes'),
    snapshots: join(root, 'snapshots'),
    jobs: join(root, 'jobs'),
    containers: join(root, 'containers'),
    key: join(root, 'keys', 'local.pem'),
    lastRun: join(root, 'last-run.json'),
    lastJobs: join(root, 'last-jobs.json'),
    artifacts: join(root, 'artifacts'),
    logs: join(root, 'logs'),
    trials: join(root, 'trials.json'),
    lock: join(root, 'run.json'),
  }
}
