import { quote, type LocatedEntry } from '../yaml/located.ts'
import type { Reading } from './reading.ts'

/** Whether a key can be the name of a variable; reports one that cannot. */
export function isVariableName(name: string, entry: LocatedEntry, keyword: string, reading: Reading): boolean {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return true
  const message = `Cannot read ${keyword} of ${reading.subject}: the name ${quote(name)} is not letters, digits and "_"`
  reading.mistakes.add('PIPELINE_WRONG_VALUE', entry.keyPlace, message)
  return false
}
