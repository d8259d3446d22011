import type { PlanEnvironment, PlanKubernetes, SourcePosition } from '@sluice/contracts/plan'
import type { Located } from '../yaml/located.ts'
import { fieldReader } from './field-reader.ts'
import { readFields } from './fields.ts'
import { readNamedMap } from './named-map.ts'
import { readPeriod } from './pages.ts'
import { readGiven } from './read-given.ts'
import type { Reading } from './reading.ts'
import { choiceReader, isText, readBoolean, readMap, readText, wrongType, wrongValue } from './values.ts'

/** `environment:` before its variables are filled in. */
export interface EnvironmentDefinition extends Omit<PlanEnvironment, 'tier'> {
  /** GitLab's `deployment_tier`; becomes CI_ENVIRONMENT_TIER. */
  tier: string | null
}

const environmentKeywords = {
  known: ['name', 'url', 'action', 'deployment_tier', 'on_stop', 'auto_stop_in', 'kubernetes'],
}

const readAction = choiceReader(['start', 'prepare', 'stop', 'verify', 'access'])
const readKnownTier = choiceReader(['production', 'staging', 'testing', 'development', 'other'])

export function readEnvironment(node: Located, keyword: string, reading: Reading): EnvironmentDefinition | null {
  if (isText(node)) return { name: readName(node, keyword, reading), url: null, action: 'start', tier: null }
  const named = readNamedMap(node, keyword, 'an environment', environmentKeywords, reading)
  if (named === null) return null
  const { name, fields } = named
  const field = fieldReader(fields, keyword, reading)
  const given = readGiven<Pick<PlanEnvironment, 'onStop' | 'autoStopIn' | 'kubernetes'>>(
    fields,
    keyword,
    {
      onStop: ['on_stop', readText],
      autoStopIn: ['auto_stop_in', readPeriod],
      kubernetes: ['kubernetes', readKubernetes],
    },
    reading,
  )
  warnOfNoEffect(Object.keys(given), node, reading)
  return {
    name: readName(name, `${keyword}:name`, reading),
    url: field('url', null, readText),
    action: field('action', 'start', readAction),
    tier: field('deployment_tier', null, readTier),
    ...given,
  }
}

/** Where the environment names the job that stops it. */
export function onStopPlace(node: Located | undefined): SourcePosition | null {
  return (node?.kind === 'map' ? node.entries.get('on_stop')?.value.place : undefined) ?? null
}

const written: Record<string, string> = { onStop: 'on_stop', autoStopIn: 'auto_stop_in', kubernetes: 'kubernetes' }

function warnOfNoEffect(given: readonly string[], node: Located, reading: Reading): void {
  if (given.length === 0) return
  const names = given.map((key) => `environment:${written[key]}`).join(', ')
  reading.warnings.add(`${names} of ${reading.subject}: nothing is started or stopped by it here`, node.place)
}

/** Letters, digits, blanks, `-_/.` and variables, 255 characters at most (GitLab's `environment:name`). */
function readName(node: Located, keyword: string, reading: Reading): string {
  const name = readText(node, keyword, reading)
  if (isText(node) && (!/^[A-Za-z0-9_\-/.${} ]+$/.test(name) || name.length > 255))
    wrongValue(node, keyword, 'letters, digits, blanks, "-", "_", "/", "." and variables, 255 at most', reading)
  return name
}

function readTier(node: Located, keyword: string, reading: Reading): string {
  return isText(node) && node.value.includes('$') ? node.value : readKnownTier(node, keyword, reading)
}

const kubernetesKeywords = { known: ['agent', 'namespace', 'flux_resource_path', 'managed_resources', 'dashboard'] }

/** The older `namespace` and `flux_resource_path` stand for those of `dashboard`. */
function readKubernetes(node: Located, keyword: string, reading: Reading): PlanKubernetes {
  const map = readMap(node, keyword, 'a map with agent', reading)
  if (map === null) return {}
  const fields = readFields(map, kubernetesKeywords, keyword, reading)
  const { dashboard, ...given } = readGiven<PlanKubernetes & { dashboard?: Dashboard }>(
    fields,
    keyword,
    {
      agent: ['agent', readText],
      namespace: ['namespace', readText],
      fluxResourcePath: ['flux_resource_path', readText],
      managedResources: ['managed_resources', readManagedResources],
      dashboard: ['dashboard', readDashboard],
    },
    reading,
  )
  const found: PlanKubernetes = { ...given, ...dashboard }
  if (found.agent === undefined && found.namespace !== undefined)
    wrongType(node, keyword, 'agent beside namespace', reading)
  if (found.fluxResourcePath !== undefined && found.namespace === undefined)
    wrongType(node, keyword, 'namespace beside flux_resource_path', reading)
  return found
}

type Dashboard = Pick<PlanKubernetes, 'namespace' | 'fluxResourcePath'>

function readDashboard(node: Located, keyword: string, reading: Reading): Dashboard {
  const map = readMap(node, keyword, 'a map with namespace', reading)
  if (map === null) return {}
  return readGiven<Dashboard>(
    readFields(map, { known: ['namespace', 'flux_resource_path'] }, keyword, reading),
    keyword,
    { namespace: ['namespace', readText], fluxResourcePath: ['flux_resource_path', readText] },
    reading,
  )
}

function readManagedResources(node: Located, keyword: string, reading: Reading): boolean {
  const map = readMap(node, keyword, 'a map with enabled', reading)
  const enabled = map === null ? undefined : readFields(map, { known: ['enabled'] }, keyword, reading).get('enabled')
  return enabled === undefined || readBoolean(enabled.value, `${keyword}:enabled`, reading)
}
