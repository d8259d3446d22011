import type { PlanJob, RetryReason } from '@sluice/contracts/plan'
import type { Located } from '../yaml/located.ts'
import { readFields } from './fields.ts'
import type { Reading } from './reading.ts'
import { choiceReader, readInteger, readMap, wrongType } from './values.ts'

export type Retry = PlanJob['retry']

const readReason = choiceReader<RetryReason>([
  'always',
  'unknown_failure',
  'script_failure',
  'api_failure',
  'stuck_or_timeout_failure',
  'runner_system_failure',
  'runner_unsupported',
  'stale_schedule',
  'job_execution_timeout',
  'archived_failure',
  'unmet_prerequisites',
  'scheduler_failure',
  'data_integrity_failure',
  'runner_provisioning_timeout',
])

const retryKeywords = { known: ['max', 'when', 'exit_codes'] }

/** Not tried again. */
export const noRetry: Retry = { max: 0, when: ['always'], exitCodes: [] }

/** `retry: N` or `{ max, when, exit_codes }`; at most two further attempts. */
export function readRetry(node: Located, keyword: string, reading: Reading): Retry {
  if (node.kind === 'scalar') return { ...noRetry, max: readInteger(node, keyword, [0, 2], reading) }
  const map = readMap(node, keyword, 'a number from 0 to 2, or a map with max', reading)
  if (map === null) return noRetry
  const fields = readFields(map, retryKeywords, keyword, reading)
  const max = fields.get('max')
  const when = fields.get('when')
  const exitCodes = fields.get('exit_codes')
  return {
    max: max === undefined ? 0 : readInteger(max.value, `${keyword}:max`, [0, 2], reading),
    when:
      when === undefined
        ? defaultReasons(exitCodes !== undefined)
        : readReasons(when.value, `${keyword}:when`, reading),
    exitCodes: exitCodes === undefined ? [] : readExitCodes(exitCodes.value, `${keyword}:exit_codes`, reading),
  }
}

/** With exit codes alone, only these are tried again. */
function defaultReasons(hasExitCodes: boolean): RetryReason[] {
  return hasExitCodes ? [] : ['always']
}

function readReasons(node: Located, keyword: string, reading: Reading): RetryReason[] {
  const items = node.kind === 'list' ? node.items : [node]
  return items.map((item) => readReason(item, keyword, reading))
}

/** One exit code or a list of them. */
function readExitCodes(node: Located, keyword: string, reading: Reading): number[] {
  const items = node.kind === 'list' ? node.items : [node]
  return items.map((item) => readInteger(item, keyword, [0, 255], reading))
}

export type AllowFailure = PlanJob['allowFailure']

/** `allow_failure: true | false | { exit_codes }`. */
export function readAllowFailure(node: Located, keyword: string, reading: Reading): AllowFailure {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value
  const exitCodes =
    node.kind === 'map' ? readFields(node, { known: ['exit_codes'] }, keyword, reading).get('exit_codes') : undefined
  if (exitCodes !== undefined) return { exitCodes: readExitCodes(exitCodes.value, `${keyword}:exit_codes`, reading) }
  wrongType(node, keyword, 'true, false or a map with exit_codes', reading)
  return false
}
