import type { PlanArtifacts, PlanReports } from '@sluice/contracts/plan'
import type { Located, LocatedEntry } from '../yaml/located.ts'
import { fieldReader } from './field-reader.ts'
import { readFields } from './fields.ts'
import { readGiven } from './read-given.ts'
import type { Reading } from './reading.ts'
import {
  choiceReader,
  isText,
  readBoolean,
  readDurationMs,
  readMap,
  readText,
  readTextList,
  readTextOrList,
  wrongType,
  wrongValue,
} from './values.ts'

const artifactsKeywords = {
  known: ['paths', 'exclude', 'untracked', 'when', 'expire_in', 'name', 'reports', 'access', 'public', 'expose_as'],
}

export const readUploadWhen = choiceReader(['on_success', 'on_failure', 'always'])

/** What `artifacts` without a word means; GitLab's default for `expire_in` is 30 days. */
export const defaultArtifacts: PlanArtifacts = {
  name: 'artifacts',
  paths: [],
  exclude: [],
  untracked: false,
  when: 'on_success',
  expireInMs: 2_592_000_000,
  reports: {},
}

export function readArtifacts(node: Located, keyword: string, reading: Reading): PlanArtifacts | null {
  const map = readMap(node, keyword, 'a map with paths or reports', reading)
  if (map === null) return null
  const fields = readFields(map, artifactsKeywords, keyword, reading)
  const field = fieldReader(fields, keyword, reading)
  return {
    name: field('name', defaultArtifacts.name, readText),
    paths: field('paths', defaultArtifacts.paths, readTextList),
    exclude: field('exclude', defaultArtifacts.exclude, readTextList),
    untracked: field('untracked', defaultArtifacts.untracked, readBoolean),
    when: field('when', defaultArtifacts.when, readUploadWhen),
    expireInMs: field('expire_in', defaultArtifacts.expireInMs, readExpiry),
    reports: field('reports', defaultArtifacts.reports, readReports),
    ...readCoverageFormat(fields.get('reports')),
    ...readAccess(fields, keyword, reading),
    ...readExposed(fields, keyword, reading),
  }
}

const readAccessLevel = choiceReader(['all', 'developer', 'maintainer', 'none'])

/** `access`, and `public`, which is older and says less; a job has one of the two. */
function readAccess(
  fields: ReadonlyMap<string, LocatedEntry>,
  keyword: string,
  reading: Reading,
): Pick<PlanArtifacts, 'access'> {
  const [access, isPublic] = [fields.get('access'), fields.get('public')]
  if (access === undefined && isPublic === undefined) return {}
  if (access !== undefined && isPublic !== undefined)
    wrongValue(isPublic.value, `${keyword}:public`, 'access alone', reading)
  const level =
    access === undefined
      ? levelOf(isPublic, keyword, reading)
      : readAccessLevel(access.value, `${keyword}:access`, reading)
  if (level === 'all') return {}
  const name = `${keyword}:${access === undefined ? 'public' : 'access'}`
  const place = (access ?? isPublic)?.keyPlace
  const text = `${name} of ${reading.subject}: all who see the project see its artifacts here`
  if (place !== undefined) reading.warnings.add(text, place)
  return { access: level }
}

function levelOf(isPublic: LocatedEntry | undefined, keyword: string, reading: Reading): 'all' | 'developer' {
  return isPublic === undefined || readBoolean(isPublic.value, `${keyword}:public`, reading) ? 'all' : 'developer'
}

/** `expose_as` stands beside paths without patterns (GitLab's `artifacts:expose_as`). */
function readExposed(
  fields: ReadonlyMap<string, LocatedEntry>,
  keyword: string,
  reading: Reading,
): Pick<PlanArtifacts, 'exposeAs'> {
  const { exposeAs } = readGiven<Pick<PlanArtifacts, 'exposeAs'>>(
    fields,
    keyword,
    { exposeAs: ['expose_as', readText] },
    reading,
  )
  const entry = fields.get('expose_as')
  if (entry === undefined || exposeAs === undefined) return {}
  const paths = fields.get('paths')?.value
  const plain = paths?.kind === 'list' && paths.items.every((item) => !isText(item) || !/[*?[{]/.test(item.value))
  if (!plain) wrongValue(entry.value, `${keyword}:expose_as`, 'paths without patterns beside it', reading)
  reading.warnings.add(`${keyword}:expose_as of ${reading.subject}: no page shows the link here`, entry.keyPlace)
  return { exposeAs }
}

/** Cobertura is what a plan means where it says nothing. */
function readCoverageFormat(reports: LocatedEntry | undefined): Pick<PlanArtifacts, 'coverageFormat'> {
  const report = reports?.value.kind === 'map' ? reports.value.entries.get('coverage_report')?.value : undefined
  const format = report?.kind === 'map' ? report.entries.get('coverage_format')?.value : undefined
  return format !== undefined && isText(format) && format.value === 'jacoco' ? { coverageFormat: 'jacoco' } : {}
}

function readExpiry(node: Located, keyword: string, reading: Reading): number | null {
  return isText(node) && node.value.trim().toLowerCase() === 'never' ? null : readDurationMs(node, keyword, reading)
}

const reportKeywords = {
  known: [
    'accessibility',
    'annotations',
    'api_fuzzing',
    'browser_performance',
    'cluster_image_scanning',
    'codequality',
    'container_scanning',
    'coverage_fuzzing',
    'coverage_report',
    'cyclonedx',
    'dast',
    'dependency_scanning',
    'dotenv',
    'junit',
    'license_scanning',
    'load_performance',
    'lsif',
    'metrics',
    'performance',
    'repository_xray',
    'requirements',
    'requirements_v2',
    'sarif',
    'sast',
    'secret_detection',
    'terraform',
  ],
}

function readReports(node: Located, keyword: string, reading: Reading): PlanReports {
  const map = readMap(node, keyword, 'a map of kinds and paths', reading)
  if (map === null) return {}
  const fields = readFields(map, reportKeywords, keyword, reading)
  const reports: PlanReports = {}
  for (const [kind, entry] of fields) {
    reports[kind] =
      kind === 'coverage_report'
        ? readCoverageReport(entry, `${keyword}:${kind}`, reading)
        : readTextOrList(entry.value, `${keyword}:${kind}`, reading)
  }
  return reports
}

const coverageKeywords = { known: ['coverage_format', 'path'] }
const readFormat = choiceReader(['cobertura', 'jacoco'])

function readCoverageReport(entry: LocatedEntry, keyword: string, reading: Reading): string[] {
  const map = readMap(entry.value, keyword, 'a map with coverage_format and path', reading)
  if (map === null) return []
  const fields = readFields(map, coverageKeywords, keyword, reading)
  const [format, path] = [fields.get('coverage_format'), fields.get('path')]
  if (format === undefined || path === undefined) {
    wrongType(entry.value, keyword, 'a map with coverage_format and path', reading)
    return []
  }
  readFormat(format.value, `${keyword}:coverage_format`, reading)
  return [readText(path.value, `${keyword}:path`, reading)]
}
