import type { PlanJobOptions } from '@sluice/contracts/plan'
import type { Located } from '../yaml/located.ts'
import { readFields } from './fields.ts'
import { readGiven } from './read-given.ts'
import type { Reading } from './reading.ts'
import { readMap, readText } from './values.ts'

type DastConfiguration = NonNullable<PlanJobOptions['dastConfiguration']>

/** `dast_configuration: { site_profile, scanner_profile }`. */
export function readDastConfiguration(node: Located, keyword: string, reading: Reading): DastConfiguration {
  const map = readMap(node, keyword, 'a map with site_profile and scanner_profile', reading)
  if (map === null) return {}
  return readGiven<DastConfiguration>(
    readFields(map, { known: ['site_profile', 'scanner_profile'] }, keyword, reading),
    keyword,
    { siteProfile: ['site_profile', readText], scannerProfile: ['scanner_profile', readText] },
    reading,
  )
}
