import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { registryOf } from './image-name.ts'

/** What the engine hands on to a registry. */
export type RegistryAuth =
  | { username: string; password: string; serveraddress: string }
  | { identitytoken: string; serveraddress: string }

interface DockerSettings {
  auths?: Record<string, { auth?: string; username?: string; password?: string; identitytoken?: string }>
  credsStore?: string
  credHelpers?: Record<string, string>
}

/**
 * Who the registry of an image shall take this for, as in GitLab Runner: by the job's variable `DOCKER_AUTH_CONFIG`, else by
 * the settings that `docker login` wrote. Programs that keep passwords are asked only where those settings name one: never
 * where a job does.
 * @returns `undefined` for nobody
 */
export async function registryAuth(image: string, ofJob: string | undefined): Promise<RegistryAuth | undefined> {
  const registry = registryOf(image)
  const own = authIn(parse(ofJob ?? ''), registry)
  if (own !== undefined) return own
  const folder = process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker')
  const settings = parse(await readFile(join(folder, 'config.json'), 'utf8').catch(() => ''))
  const helper = settings.credHelpers?.[registry] ?? settings.credsStore
  const kept = helper === undefined ? undefined : await askHelper(helper, registry)
  return kept ?? authIn(settings, registry)
}

/** What is no JSON says nothing: the registry will say that somebody must log in. */
function parse(text: string): DockerSettings {
  try {
    return (JSON.parse(text) ?? {}) as DockerSettings
  } catch {
    return {}
  }
}

function authIn({ auths }: DockerSettings, registry: string): RegistryAuth | undefined {
  const names = [registry, `https://${registry}`, `https://${registry}/v1/`, `https://${registry}/v2/`]
  if (registry.startsWith('https://index.docker.io')) names.push('docker.io', 'index.docker.io', 'registry-1.docker.io')
  const found = names.map((name) => auths?.[name]).find((one) => one !== undefined)
  if (found === undefined) return undefined
  if (found.identitytoken !== undefined) return { identitytoken: found.identitytoken, serveraddress: registry }
  const [, user = found.username, password = found.password] =
    /^([^:]*):([\s\S]*)$/.exec(Buffer.from(found.auth ?? '', 'base64').toString('utf8')) ?? []
  if (user === undefined || password === undefined) return undefined
  return { username: user, password, serveraddress: registry }
}

const helperLimitMs = 20_000

async function askHelper(name: string, registry: string): Promise<RegistryAuth | undefined> {
  if (!/^[A-Za-z0-9._-]+$/.test(name)) return undefined
  const child = spawn(`docker-credential-${name}`, ['get'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: helperLimitMs,
  })
  try {
    child.stdin.on('error', () => undefined)
    child.stdin.end(registry)
    let answer = ''
    child.stdout.on('data', (chunk: Buffer) => (answer += chunk.toString('utf8')))
    const [code] = (await once(child, 'close')) as [number | null]
    if (code !== 0) return undefined
    const { Username: username, Secret: secret } = JSON.parse(answer) as { Username: string; Secret: string }
    if (username === '<token>') return { identitytoken: secret, serveraddress: registry }
    return { username, password: secret, serveraddress: registry }
  } catch {
    return undefined
  }
}
