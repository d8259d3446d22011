import { setTimeout as delay } from 'node:timers/promises'
import { isAlive, signalGroup, type ProcessIdentity } from './process-identity.ts'

const lookEveryMs = 10

async function gone(process: ProcessIdentity, withinMs: number): Promise<boolean> {
  const untilMs = performance.now() + withinMs
  while (isAlive(process)) {
    if (performance.now() >= untilMs) return false
    await delay(lookEveryMs)
  }
  return true
}

/** SIGTERM to the group, up to `graceMs` of waiting, then SIGKILL. Resolves when the process is gone. */
export async function endProcess(process: ProcessIdentity, graceMs: number): Promise<void> {
  if (!isAlive(process)) return
  if (graceMs > 0) {
    signalGroup(process, 'SIGTERM')
    if (await gone(process, graceMs)) return
  }
  signalGroup(process, 'SIGKILL')
  await gone(process, Infinity)
}
