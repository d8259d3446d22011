import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { identityOf, type ProcessIdentity } from '../src/processes/process-identity.ts'

/** A process that does nothing until it is ended, in a group of its own; ended after the test. */
export async function startSleeper(
  script = "process.stdout.write('up');setInterval(()=>{},1e6)",
): Promise<{ child: ChildProcess; identity: ProcessIdentity }> {
  const child = spawn(process.execPath, ['-e', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  const identity = await identityOf(child.pid ?? 0)
  if (identity === null) throw new Error('the sleeper did not start')
  return { child, identity }
}

/** Kills it and waits until it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
