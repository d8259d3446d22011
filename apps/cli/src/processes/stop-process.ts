import { setTimeout as pause } from 'node:timers/promises'
import { isRunning, type ProcessIdentity } from './process-identity.ts'

/**
 * Ends a process: SIGTERM, and when it still lives after `graceMs`, SIGKILL to it and its process group.
 * @returns how it ended: `gone` when it did not run any more
 */
export async function stopProcess(identity: ProcessIdentity, graceMs: number): Promise<'gone' | 'stopped' | 'killed'> {
  if (!(await isRunning(identity))) return 'gone'
  sendSignal(identity.pid, 'SIGTERM')
  if (await untilGone(identity, graceMs)) return 'stopped'
  killHard(identity)
  await untilGone(identity, 5000)
  return 'killed'
}

/** SIGKILL to a process and its group, at once. */
export function killHard(identity: ProcessIdentity): void {
  sendSignal(-identity.pid, 'SIGKILL')
  sendSignal(identity.pid, 'SIGKILL')
}

/** Whether the process has gone within the time. */
export async function untilGone(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs
  while (await isRunning(identity)) {
    if (performance.now() > deadline) return false
    await pause(15)
  }
  return true
}

/** To a process, or with a negative number to a process group, if it is still there. */
export function sendSignal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
