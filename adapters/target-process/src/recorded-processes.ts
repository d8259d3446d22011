import { join } from 'node:path'
import { belongsTo, findAllMarked, isAlive, signalGroup, type ProcessIdentity } from './process-identity.ts'
import { exerciseRecord, instanceRecord } from './process-record.ts'
import { RecordFolder } from './record-folder.ts'

/**
 * Living processes that a target's folder records or that bear its marker, for who has no target at hand: also those
 * whose record could not be written, as on a full disk. Nothing where there is no such folder.
 */
export async function recordedProcesses(folder: string): Promise<ProcessIdentity[]> {
  const kinds = [
    new RecordFolder(join(folder, 'instances'), instanceRecord),
    new RecordFolder(join(folder, 'exercises'), exerciseRecord),
  ]
  const records = await Promise.all(kinds.map((kind) => kind.all().catch(() => [])))
  const recorded = records
    .flat()
    .flatMap(({ process }) => (process !== null && isAlive(process) && belongsTo(process, folder) ? [process] : []))
  const others = findAllMarked(folder).filter(({ pid }) => recorded.every((known) => known.pid !== pid))
  return [...recorded, ...others]
}

/** SIGKILL to all of them and to what they started. @returns how many there were */
export async function killRecordedProcesses(folder: string): Promise<number> {
  const found = await recordedProcesses(folder)
  for (const process of found) signalGroup(process, 'SIGKILL')
  return found.length
}
