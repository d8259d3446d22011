import { ProcessRecords } from '../processes/process-records.ts'
import { readConfig, writeConfig, type Settings } from './settings.ts'
import { modeFile } from './stop-platform.ts'

/**
 * Whether the platform was left up by `up --detach` and still runs whole: then another command uses it and leaves it
 * running. What a killed `up` left is no such thing: the next one takes it over.
 */
export async function isDetached(settings: Settings): Promise<boolean> {
  const mode = await readConfig(modeFile(settings)).catch(() => null)
  if (mode?.['detached'] !== true) return false
  const records = new ProcessRecords(settings.recordsFolder)
  const found = await Promise.all(['runner', 'server', 'router'].map((name) => records.findRunning(name)))
  return found.every((record) => record !== null)
}

export async function rememberMode(settings: Settings, detached: boolean): Promise<void> {
  await writeConfig(modeFile(settings), { detached })
}
