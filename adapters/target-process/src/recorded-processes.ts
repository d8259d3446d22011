import { join } from 'node:path'
import { isAlive, signalGroup, type ProcessIdentity } from './process-identity.ts'
import { exerciseRecord, instanceRecord } from './process-record.ts'
import { RecordFolder } from './record-folder.ts'

/**
 * Living instances and exercises that a target's folder records, for who has no target at hand. Nothing where there is
 * no such folder; a damaged record hides the others of its kind.
 */
export async function recordedProcesses(folder: string): Promise<ProcessIdentity[]> {
  const kinds = [
    new RecordFolder(join(folder, 'instances'), instanceRecord),
    new RecordFolder(join(folder, 'exercises'), exerciseRecord),
  ]
  const records = await Promise.all(kinds.map((kind) => kind.all().catch(() => [])))
  return records.flat().flatMap(({ process }) => (process !== null && isAlive(process) ? [process] : []))
}

/** SIGKILL to all of them and to what they started. @returns how many there were */
export async function killRecordedProcesses(folder: string): Promise<number> {
  const found = await recordedProcesses(folder)
  for (const process of found) signalGroup(process, 'SIGKILL')
  return found.length
}
