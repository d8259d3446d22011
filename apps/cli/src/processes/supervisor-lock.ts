import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { sha256Hex, SluiceError } from '@sluice/kernel'
import type { CliErrorCode } from '../errors.ts'
import { isCopiedFrom } from './copied-from.ts'
import { identityOf, isRunning, type ProcessIdentity } from './process-identity.ts'

export interface SupervisorLock {
  release(): Promise<void>
}

/** What stands in the file of a lock. */
interface Holder extends ProcessIdentity {
  /** Of the file: a copy of the folder is not locked by the process that has the original. */
  folder?: string
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
  await take(file, { ...self, folder: dirname(file) }, refusal)
  return { release: () => releaseSupervisorLock(file, pid) }
}

/** Gives a lock up; one that another process holds stays. */
export async function releaseSupervisorLock(file: string, pid = process.pid): Promise<void> {
  if ((await lockHolder(file))?.pid === pid) await rm(file, { force: true })
}

/** The living process that holds a lock, or `null`. */
export async function lockHolder(file: string): Promise<ProcessIdentity | null> {
  return livingHolder(file, await readFile(file, 'utf8').catch(() => ''))
}

async function livingHolder(file: string, text: string): Promise<ProcessIdentity | null> {
  const holder = holderIn(text)
  if (holder === null || !(await isRunning(holder))) return null
  return (await isCopiedFrom(holder.folder, dirname(file))) ? null : { pid: holder.pid, startTime: holder.startTime }
}

async function take(file: string, self: Holder, refusal: typeof supervised): Promise<void> {
  const own = `${file}.${self.pid}.new`
  await writeFile(own, JSON.stringify(self), { mode: 0o600 })
  try {
    while (!(await tryLink(own, file))) if (await takeOver(file, own, self, refusal)) return
  } finally {
    await rm(own, { force: true })
  }
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

/**
 * Puts the own lock in the place of a dead one, in one step, so that the place is never free in between. Who may do so
 * holds a lock on just that dead lock, named by what stands in it; it looks again then, as another one may have been
 * before it.
 * @returns whether the lock is taken; else it has gone meanwhile
 */
async function takeOver(file: string, own: string, self: Holder, refusal: typeof supervised): Promise<boolean> {
  const stale = await readFile(file, 'utf8').catch(() => null)
  if (stale === null) return false
  const holder = await livingHolder(file, stale)
  if (holder !== null) throw refusal(holder)
  const claim = `${file}.${sha256Hex(stale).slice(0, 16)}.stale`
  await take(claim, self, refusal)
  try {
    if ((await readFile(file, 'utf8').catch(() => null)) !== stale) return false
    await rename(own, file)
    return true
  } finally {
    await rm(claim, { force: true })
  }
}

function holderIn(text: string): Holder | null {
  try {
    const value = JSON.parse(text) as Partial<Holder>
    return typeof value.pid === 'number' && typeof value.startTime === 'string' ? (value as Holder) : null
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
