import { exitStatus } from '../exit-status.ts'
import { settingsInUse, type Settings } from '../platform/settings.ts'
import { isAnythingRunning, stopPlatform } from '../platform/stop-platform.ts'
import { stopProcess } from '../processes/stop-process.ts'
import { lockHolder, takeSupervisorLock } from '../processes/supervisor-lock.ts'

/** `sluice down`: stops what runs on the data folder, through the `up` that looks after it where there is one. */
export async function down(options: { data?: string; checkout?: string }): Promise<number> {
  const print = (line: string): void => void process.stdout.write(`${line}\n`)
  const settings = await settingsInUse(options)
  if (settings === null) print(nothingRuns)
  else await stopAll(settings, print)
  return exitStatus.ok
}

const nothingRuns = 'Nothing runs on this data folder.'

async function stopAll(settings: Settings, print: (line: string) => void): Promise<void> {
  const holder = await lockHolder(settings.lockFile)
  if (holder !== null) {
    print(`Stopping "sluice up", process ${holder.pid}`)
    await stopProcess(holder, 120_000)
  }
  const lock = await takeSupervisorLock(settings.lockFile)
  try {
    const isRunning = await isAnythingRunning(settings)
    if (isRunning) await stopPlatform(settings, print)
    print(isRunning || holder !== null ? 'Stopped.' : nothingRuns)
  } finally {
    await lock.release()
  }
}
