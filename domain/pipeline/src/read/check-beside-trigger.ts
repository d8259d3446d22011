import { describe, quote, type Located, type LocatedEntry } from '../yaml/located.ts'
import type { Reading } from './reading.ts'
import { isText, wrongType, wrongValue } from './values.ts'

/** Keywords that a job may have beside `trigger` (GitLab's list of them). */
const besideTrigger: readonly string[] = [
  'allow_failure',
  'environment',
  'except',
  'extends',
  'inherit',
  'interruptible',
  'needs',
  'only',
  'parallel',
  'resource_group',
  'rules',
  'stage',
  'trigger',
  'variables',
  'when',
]

/** Whether a default of the pipeline is for a job with `trigger` too. */
export function isForTriggerJobs(keyword: string): boolean {
  return besideTrigger.includes(keyword)
}

/** What cannot stand beside `trigger`: it begins a pipeline, and no runner ever sees the job. */
export function checkBesideTrigger(fields: ReadonlyMap<string, LocatedEntry>, reading: Reading): void {
  if (!fields.has('trigger')) return
  for (const [key, { keyPlace }] of fields) {
    if (besideTrigger.includes(key)) continue
    const message = `Cannot plan ${reading.subject}: it has both trigger and ${key}; wanted ${key} in a job of the pipeline that it begins`
    reading.mistakes.add('PIPELINE_WRONG_VALUE', keyPlace, message)
  }
  const when = fields.get('when')?.value
  if (when !== undefined) checkWhen(when, 'when', reading)
  const rules = fields.get('rules')?.value
  for (const rule of rules?.kind === 'list' ? rules.items : []) {
    const ofRule = rule.kind === 'map' ? rule.entries.get('when')?.value : undefined
    if (ofRule !== undefined) checkWhen(ofRule, 'rules:when', reading)
  }
  const allowed = fields.get('allow_failure')?.value
  if (allowed !== undefined && allowed.kind !== 'scalar')
    wrongType(allowed, 'allow_failure', 'true or false, as there is no exit code beside trigger', reading)
  checkNeeds(fields.get('needs')?.value, reading)
}

/** GitLab: the timer of a delayed job is for those that a runner gets. */
function checkWhen(when: Located, keyword: string, reading: Reading): void {
  if (!isText(when) || when.value !== 'delayed') return
  const wanted = 'one of: on_success, on_failure, always, manual beside trigger'
  wrongValue(when, keyword, wanted, reading)
}

function checkNeeds(needs: Located | undefined, reading: Reading): void {
  for (const need of needs?.kind === 'list' ? needs.items : []) {
    const key = ['project', 'pipeline'].find((one) => need.kind === 'map' && need.entries.has(one))
    if (key === undefined) continue
    const message = `Cannot read needs of ${reading.subject}: it is ${describe(need)} with ${quote(key)}; wanted jobs of this pipeline beside trigger`
    reading.mistakes.add('PIPELINE_WRONG_VALUE', need.place, message)
  }
}
