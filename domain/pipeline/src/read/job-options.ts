import type { PlanJobOptions, SourcePosition } from '@sluice/contracts/plan'
import type { Located, LocatedEntry } from '../yaml/located.ts'
import { readDastConfiguration } from './dast-configuration.ts'
import { onStopPlace } from './environment.ts'
import { readHooks } from './hooks.ts'
import { readIdTokens } from './id-tokens.ts'
import { readJobInputs } from './job-inputs.ts'
import { readPages } from './pages.ts'
import { readGiven } from './read-given.ts'
import type { Reading } from './reading.ts'
import { readRelease } from './release.ts'
import { readRunSteps } from './run-steps.ts'
import { readSecrets } from './secrets.ts'
import { choiceReader, isText, readText, wrongValue } from './values.ts'

/** The options of a job as it writes them; those that it does not write are absent. */
export interface JobOptions extends PlanJobOptions {
  /** Where `environment:on_stop` stands. */
  onStopPlace?: SourcePosition
}

type Fields = ReadonlyMap<string, LocatedEntry>

const readIdentity = choiceReader(['google_cloud'])

/** Reads what a job says besides scripts, order and files. */
export function readJobOptions(job: string, fields: Fields, reading: Reading): JobOptions {
  checkRun(fields, reading)
  warnOfNoEffect(fields, reading)
  const pages = readPages(job, fields, reading)
  if (pages !== null) warnOfPages(fields, reading)
  const stop = onStopPlace(fields.get('environment')?.value)
  return {
    ...readGiven<Omit<PlanJobOptions, 'pages'>>(
      fields,
      '',
      {
        hooks: ['hooks', readHooks],
        run: ['run', readRunSteps],
        inputs: ['inputs', readJobInputs],
        release: ['release', readRelease],
        idTokens: ['id_tokens', readIdTokens],
        secrets: ['secrets', readSecrets],
        identity: ['identity', readIdentity],
        manualConfirmation: ['manual_confirmation', readText],
        dastConfiguration: ['dast_configuration', readDastConfiguration],
      },
      reading,
    ),
    ...(pages === null ? {} : { pages }),
    ...(stop === null ? {} : { onStopPlace: stop }),
  }
}

/** `run` stands in place of the scripts (GitLab's `run`). */
function checkRun(fields: Fields, reading: Reading): void {
  const run = fields.get('run')
  if (run === undefined) return
  for (const key of ['before_script', 'script', 'after_script']) {
    const script = fields.get(key)
    if (script !== undefined && !isEmpty(script.value)) wrongValue(script.value, key, 'run without scripts', reading)
  }
}

function isEmpty(node: Located): boolean {
  return (node.kind === 'list' && node.items.length === 0) || (isText(node) && node.value === '')
}

function warnOfNoEffect(fields: Fields, reading: Reading): void {
  warn('dast_configuration', fields, 'there are no scanner profiles here', reading)
  warn('release', fields, 'no release of GitLab is made here; a run that succeeds becomes one of ours', reading)
  if (!canBeManual(fields)) warn('manual_confirmation', fields, 'the job is never manual', reading)
}

/** A job named `pages` need not say more than its script. */
function warnOfPages(fields: Fields, reading: Reading): void {
  const entry = ['pages', 'publish', 'script', 'run'].map((key) => fields.get(key)).find((one) => one !== undefined)
  const text = `pages of ${reading.subject}: its files are kept as artifacts, no site is published here`
  if (entry !== undefined) reading.warnings.add(text, entry.keyPlace)
}

function warn(keyword: string, fields: Fields, why: string, reading: Reading): void {
  const entry = fields.get(keyword)
  if (entry !== undefined) reading.warnings.add(`${keyword} of ${reading.subject}: ${why}`, entry.keyPlace)
}

function canBeManual(fields: Fields): boolean {
  const isManual = (node: Located | undefined): boolean => node !== undefined && isText(node) && node.value === 'manual'
  const rules = fields.get('rules')?.value
  const items = rules?.kind === 'list' ? rules.items : []
  return (
    isManual(fields.get('when')?.value) ||
    items.some((item) => item.kind === 'list' || (item.kind === 'map' && isManual(item.entries.get('when')?.value)))
  )
}
