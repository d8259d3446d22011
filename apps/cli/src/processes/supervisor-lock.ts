import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from '../errors.ts'
import { identityOf, isRunning, type ProcessIdentity } from './process-identity.ts'

export interface SupervisorLock {
  release(): Promise<void>
}

/**
 * Makes this process the only one that starts and stops things in a data folder. The lock of a dead process is taken
 * over; whoever comes second at the same moment loses, by an error that `refusal` makes.
 * @throws SluiceError CLI_SUPERVISED with the pid of the holder
 */
export async function takeSupervisorLock(
  file: string,
  pid = process.pid,
  refusal = supervised,
): Promise<SupervisorLock> {
  const self = await identityOf(pid)
  if (self === null) throw new TypeError(`Cannot take lock "${file}": process ${pid} is not there`)
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const own = `${file}.${pid}.new`
  await writeFile(own, JSON.stringify(self), { mode: 0o600 })
  try {
    while (!(await tryLink(own, file))) await removeStale(file, pid, refusal)
  } finally {
    await rm(own, { force: true })
  }
  return { release: () => releaseSupervisorLock(file, pid) }
}

/** Gives a lock up; one that another process holds stays. */
export async function releaseSupervisorLock(file: string, pid = process.pid): Promise<void> {
  if ((await lockHolder(file))?.pid === pid) await rm(file, { force: true })
}

/** The living process that holds a lock, or `null`. */
export async function lockHolder(file: string): Promise<ProcessIdentity | null> {
  const holder = await readHolder(file)
  return holder !== null && (await isRunning(holder)) ? holder : null
}

async function tryLink(own: string, file: string): Promise<boolean> {
  try {
    await link(own, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Moves the lock aside before it is looked at, so that the fresh lock of another one is never removed for good. */
async function removeStale(file: string, pid: number, refusal: typeof supervised): Promise<void> {
  const holder = await lockHolder(file)
  if (holder !== null) throw refusal(holder)
  const aside = `${file}.${pid}.stale`
  await rename(file, aside).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  const moved = await lockHolder(aside)
  if (moved !== null) await link(aside, file).catch(() => undefined)
  await rm(aside, { force: true })
  if (moved !== null) throw refusal(moved)
}

async function readHolder(file: string): Promise<ProcessIdentity | null> {
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as Partial<ProcessIdentity>
    return typeof value.pid === 'number' && typeof value.startTime === 'string' ? (value as ProcessIdentity) : null
  } catch {
    return null
  }
}

function supervised(holder: ProcessIdentity): SluiceError {
  return new SluiceError<CliErrorCode>(
    'CLI_SUPERVISED',
    `Cannot start: process ${holder.pid} ("sluice up") looks after this data folder already; end it with Ctrl-C or "./sluice down"`,
  )
}
