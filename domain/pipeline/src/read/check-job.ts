import { limits } from '../limits.ts'
import { quote, type LocatedEntry, type LocatedMap } from '../yaml/located.ts'
import { checkBesideTrigger } from './check-beside-trigger.ts'
import type { Reading } from './reading.ts'
import { isText, wrongValue } from './values.ts'

/** Reports what no keyword of a job shows alone: its name, that it has a script, and keywords that exclude each other. */
export function checkJob(
  name: string,
  entry: LocatedEntry & { value: LocatedMap },
  fields: ReadonlyMap<string, LocatedEntry>,
  reading: Reading,
): void {
  checkName(name, entry, reading)
  checkScript(name, entry, fields, reading)
  checkStart(fields, reading)
  checkOnlyExcept(fields, reading)
  checkBesideTrigger(fields, reading)
}

function checkName(name: string, entry: LocatedEntry, reading: Reading): void {
  if (name.length > limits.nameLength) {
    const message = `Cannot plan job ${quote(name)}: its name has ${name.length} characters; wanted ${limits.nameLength} at most`
    reading.mistakes.add('PIPELINE_WRONG_VALUE', entry.keyPlace, message)
  }
}

/** `trigger` and `run` stand in place of a script. */
function checkScript(
  name: string,
  entry: LocatedEntry & { value: LocatedMap },
  fields: ReadonlyMap<string, LocatedEntry>,
  reading: Reading,
): void {
  const script = fields.get('script')?.value
  const replaced = ['trigger', 'run'].some((key) => entry.value.entries.has(key))
  const empty =
    script === undefined ||
    (script.kind === 'list' && script.items.length === 0) ||
    (isText(script) && script.value === '')
  if (empty && !replaced) {
    const message = `Cannot plan job ${quote(name)}: it has no script; wanted script, or a name that begins with "."`
    reading.mistakes.add('PIPELINE_NO_SCRIPT', entry.keyPlace, message)
  }
}

function checkStart(fields: ReadonlyMap<string, LocatedEntry>, reading: Reading): void {
  const when = fields.get('when')?.value
  const startIn = fields.get('start_in')?.value
  const delayed = when !== undefined && isText(when) && when.value === 'delayed'
  if (delayed && startIn === undefined) wrongValue(when, 'when', 'start_in beside when: delayed', reading)
  if (!delayed && startIn !== undefined && !fields.has('rules'))
    wrongValue(startIn, 'start_in', 'when: delayed beside start_in', reading)
}

function checkOnlyExcept(fields: ReadonlyMap<string, LocatedEntry>, reading: Reading): void {
  for (const key of ['only', 'except']) {
    const entry = fields.get(key)
    if (entry === undefined || !fields.has('rules')) continue
    const message = `Cannot plan ${reading.subject}: it has both rules and ${key}; wanted rules alone`
    reading.mistakes.add('PIPELINE_WRONG_VALUE', entry.keyPlace, message)
  }
}
