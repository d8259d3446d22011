import { readFile } from 'node:fs/promises'

/** A process beyond its number, which the machine gives to another one some day. */
export interface ProcessIdentity {
  pid: number
  /** When it started, in the kernel's own words: equal for the same process only. */
  startTime: string
}

/** Who has this pid now; `null` when nobody does, or a dead process that nobody waited for. */
export async function identityOf(pid: number): Promise<ProcessIdentity | null> {
  const startTime = await startOf(pid)
  return startTime === null ? null : { pid, startTime }
}

/** Who has the pid now; one that died meanwhile gets an identity that no process has, and so counts as dead. */
export async function identityOrDead(pid: number): Promise<ProcessIdentity> {
  return (await identityOf(pid)) ?? { pid, startTime: '' }
}

/** Whether just this process lives. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await identityOf(identity.pid))?.startTime === identity.startTime
}

/** Field 22 of /proc/PID/stat: ticks since boot (proc_pid_stat(5)); with the boot's id, as ticks begin anew with it. */
async function startOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (stat === null) return null
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields[0] === 'Z' || fields[0] === 'X') return null
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  return `${boot.trim()}:${fields[19] ?? ''}`
}
