import type { PlanAutoCancel } from '@sluice/contracts/plan'
import type { Located } from '../yaml/located.ts'
import { readFields } from './fields.ts'
import { readGiven } from './read-given.ts'
import type { Reading } from './reading.ts'
import { choiceReader, readMap } from './values.ts'

/** `auto_cancel` of the workflow or of one of its rules; what it does not say is absent. */
export type AutoCancel = Partial<PlanAutoCancel>

const autoCancelKeywords = { known: ['on_new_commit', 'on_job_failure'] }
const readOnNewCommit = choiceReader<PlanAutoCancel['onNewCommit']>(['conservative', 'interruptible', 'none'])
const readOnJobFailure = choiceReader<PlanAutoCancel['onJobFailure']>(['none', 'all'])

export function readAutoCancel(node: Located, keyword: string, reading: Reading): AutoCancel | null {
  const map = readMap(node, keyword, 'a map with on_new_commit or on_job_failure', reading)
  if (map === null) return null
  const fields = readFields(map, autoCancelKeywords, keyword, reading)
  return readGiven<AutoCancel>(
    fields,
    keyword,
    { onNewCommit: ['on_new_commit', readOnNewCommit], onJobFailure: ['on_job_failure', readOnJobFailure] },
    reading,
  )
}
