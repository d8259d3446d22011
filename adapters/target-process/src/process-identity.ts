/** Who a process is: its number alone is used again by the system, number and start time together are not (Linux). */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'

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

/** The oldest leader of a process group for each marker of a target's folder. */
export function findAllMarked(folder: string): ProcessIdentity[] {
  const markers = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => markerOf(Number(name)) ?? [])
    .filter((marker) => isSameFolder(folderIn(marker), folder))
  return [...new Set(markers)].flatMap((marker) => findMarked(marker) ?? [])
}

/**
 * Whether a process was not started for another folder that is still there. Who copies a target's folder copies its
 * records too, and the processes in them are the original's.
 */
export function belongsTo({ pid }: ProcessIdentity, folder: string): boolean {
  const marker = markerOf(pid)
  return marker === null || !existsSync(folderIn(marker)) || isSameFolder(folderIn(marker), folder)
}

function markerOf(pid: number): string | null {
  const begin = `${markerName}=`
  return (
    environmentOf(pid)
      .find((variable) => variable.startsWith(begin))
      ?.slice(begin.length) ?? null
  )
}

/** A marker is the folder, the kind of process and its id, between number signs; the last two have none. */
const folderIn = (marker: string): string => marker.split('#').slice(0, -2).join('#')

function isSameFolder(one: string, other: string): boolean {
  if (one === other) return true
  const [first, second] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }))
  return first != null && second != null && first.ino === second.ino && first.dev === second.dev
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
