import type { PlanJobOptions } from '@sluice/contracts/plan'
import type { Located } from '../yaml/located.ts'
import { readFields } from './fields.ts'
import type { Reading } from './reading.ts'
import { readScript } from './script.ts'
import { readMap } from './values.ts'

/** `hooks: { pre_get_sources_script }`. */
export function readHooks(node: Located, keyword: string, reading: Reading): NonNullable<PlanJobOptions['hooks']> {
  const map = readMap(node, keyword, 'a map with pre_get_sources_script', reading)
  const fields = map === null ? null : readFields(map, { known: ['pre_get_sources_script'] }, keyword, reading)
  const script = fields?.get('pre_get_sources_script')
  return {
    preGetSourcesScript:
      script === undefined ? [] : readScript(script.value, `${keyword}:pre_get_sources_script`, reading),
  }
}
