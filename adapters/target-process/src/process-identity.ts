/** Who a process is: its number alone is used again by the system, number and start time together are not (Linux). */
import { readdirSync, readFileSync } from 'node:fs'

export interface ProcessIdentity {
  pid: number
  /** Clock ticks since boot, field 22 of `/proc/<pid>/stat` (proc(5)). */
  startTicks: string
}

interface Stat {
  state: string
  group: number
  startTicks: string
}

function readStat(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the program's name in brackets and may hold anything; the rest follows the last bracket.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', group: Number(fields[2]), startTicks: fields[19] ?? '' }
  } catch {
    return null
  }
}

const isDead = (stat: Stat): boolean => stat.state === 'Z' || stat.state === 'X'

/** `null` where no such process lives. */
export function identify(pid: number): ProcessIdentity | null {
  const stat = readStat(pid)
  return stat === null || isDead(stat) ? null : { pid, startTicks: stat.startTicks }
}

export function isAlive(process: ProcessIdentity): boolean {
  return identify(process.pid)?.startTicks === process.startTicks
}

/** Name of the variable that marks what a target started, so that it is found though its record was never written. */
export const markerName = 'SLUICE_TARGET_MARKER'

/** The oldest leader of a process group whose environment holds the marker. */
export function findMarked(marker: string): ProcessIdentity | null {
  const wanted = `${markerName}=${marker}`
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => environmentOf(pid).includes(wanted) && readStat(pid)?.group === pid)
    .flatMap((pid) => identify(pid) ?? [])
  return found.toSorted((a, b) => Number(a.startTicks) - Number(b.startTicks))[0] ?? null
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return []
  }
}

/** Sends a signal to the process group; silent where it is gone. */
export function signalGroup({ pid }: ProcessIdentity, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
