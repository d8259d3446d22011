import type { PlanSecret } from '@sluice/contracts/plan'
import type { Located, LocatedEntry } from '../yaml/located.ts'
import { readFields } from './fields.ts'
import type { Reading } from './reading.ts'
import { isText, readBoolean, readMap, readText, wrongType, wrongValue } from './values.ts'
import { isVariableName } from './variable-name.ts'

const secretKeywords = {
  known: [
    'vault',
    'gcp_secret_manager',
    'azure_key_vault',
    'aws_secrets_manager',
    'akeyless',
    'gitlab_secrets_manager',
    'file',
    'token',
  ],
}

/** `secrets: { NAME: { <provider>, file, token } }`. */
export function readSecrets(node: Located, keyword: string, reading: Reading): Record<string, PlanSecret> {
  const map = readMap(node, keyword, 'a map of variables and where their secrets are', reading)
  return Object.fromEntries(
    [...(map?.entries ?? [])].flatMap(([name, entry]) => {
      const secret = isVariableName(name, entry, keyword, reading) ? readSecret(entry.value, keyword, reading) : null
      return secret === null ? [] : [[name, secret]]
    }),
  )
}

function readSecret(node: Located, keyword: string, reading: Reading): PlanSecret | null {
  const map = readMap(node, keyword, 'a map with a provider such as vault', reading)
  if (map === null) return null
  const fields = readFields(map, secretKeywords, keyword, reading)
  const named = (Object.keys(providers) as PlanSecret['provider'][]).filter((provider) => fields.has(provider))
  const [provider] = named
  if (provider === undefined || named.length > 1) {
    wrongType(node, keyword, `a map with one of: ${Object.keys(providers).join(', ')}`, reading)
    return null
  }
  const [file, token] = [fields.get('file'), fields.get('token')]
  const under = `${keyword}:${provider}`
  return {
    provider,
    settings: readSettings(fields.get(provider), providers[provider], under, reading),
    file: file === undefined || readBoolean(file.value, `${keyword}:file`, reading),
    ...(token === undefined ? {} : { token: readText(token.value, `${keyword}:token`, reading) }),
  }
}

/** What a provider takes: the settings of its map, those that are wanted, and what a text stands for. */
interface Provider {
  readonly known: readonly string[]
  readonly wanted: readonly string[]
  readonly fromText?: { readonly read: (text: string) => Record<string, string> | null; readonly form: string }
}

const providers: Readonly<Record<PlanSecret['provider'], Provider>> = {
  vault: {
    known: ['engine', 'path', 'field'],
    wanted: ['path', 'field'],
    fromText: { read: vaultOf, form: 'a path such as "production/db/password@ops"' },
  },
  gcp_secret_manager: { known: ['name', 'version'], wanted: ['name'] },
  azure_key_vault: { known: ['name', 'version'], wanted: ['name'] },
  aws_secrets_manager: {
    known: ['secret_id', 'version_id', 'version_stage', 'region', 'role_arn', 'role_session_name', 'field'],
    wanted: ['secret_id'],
    fromText: { read: awsOf, form: 'a name such as "production/db#password"' },
  },
  akeyless: { known: ['name', 'data_key', 'cert_user_name', 'public_key_data', 'csr_data'], wanted: ['name'] },
  gitlab_secrets_manager: { known: ['name', 'source'], wanted: ['name'] },
}

/** `production/db/password@ops`: secret `production/db`, field `password`, engine at `ops` (GitLab's `secrets:vault`). */
function vaultOf(text: string): Record<string, string> | null {
  const [, path = '', field = '', engine = 'kv-v2'] = /^([^@]+)\/([^/@]+)(?:@([^@]+))?$/.exec(text) ?? []
  return field === '' ? null : { 'engine:name': 'kv-v2', 'engine:path': engine, path, field }
}

/** `name#field`. */
function awsOf(text: string): Record<string, string> | null {
  const [id = '', field] = text.split('#')
  if (id === '') return null
  return field === undefined ? { secret_id: id } : { secret_id: id, field }
}

function readSettings(
  entry: LocatedEntry | undefined,
  provider: Provider,
  keyword: string,
  reading: Reading,
): Record<string, string> {
  const node = entry?.value
  if (node === undefined) return {}
  if (isText(node) && provider.fromText !== undefined) {
    const { read, form } = provider.fromText
    const settings = read(node.value)
    if (settings === null) wrongValue(node, keyword, form, reading)
    return settings ?? {}
  }
  const map = readMap(node, keyword, `a map with ${provider.wanted.join(' and ')}`, reading)
  if (map === null) return {}
  const fields = readFields(map, provider, keyword, reading)
  if (!provider.wanted.every((key) => fields.has(key)))
    wrongType(node, keyword, `a map with ${provider.wanted.join(' and ')}`, reading)
  const settings: Record<string, string> = {}
  for (const [key, { value }] of fields) {
    if (key === 'engine') Object.assign(settings, readEngine(value, `${keyword}:engine`, reading))
    else settings[key] = readSetting(value, `${keyword}:${key}`, reading)
  }
  return settings
}

function readEngine(node: Located, keyword: string, reading: Reading): Record<string, string> {
  const map = readMap(node, keyword, 'a map with name and path', reading)
  if (map === null) return {}
  const fields = readFields(map, { known: ['name', 'path'] }, keyword, reading)
  const [name, path] = [fields.get('name'), fields.get('path')]
  if (name === undefined || path === undefined) {
    wrongType(node, keyword, 'a map with name and path', reading)
    return {}
  }
  return {
    'engine:name': readText(name.value, `${keyword}:name`, reading),
    'engine:path': readText(path.value, `${keyword}:path`, reading),
  }
}

/** A text, or a number such as a version. */
function readSetting(node: Located, keyword: string, reading: Reading): string {
  return node.kind === 'scalar' && typeof node.value === 'number' ? node.text : readText(node, keyword, reading)
}
