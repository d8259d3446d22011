import { once } from 'node:events'
import type { Duplex, Readable } from 'node:stream'
import { SluiceError } from '@sluice/kernel'
import Modem from 'docker-modem'
import { engineSocket } from './engine-socket.ts'

/** A call of the Engine API: <https://docs.docker.com/reference/api/engine/>. */
export interface EngineCall {
  /** What is done, for messages: `start a container`. */
  action: string
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  query?: object
  body?: object
  /** A registry's user and password. */
  auth?: object | undefined
  signal?: AbortSignal | undefined
}

/** What is known of an engine. */
export interface EngineFacts {
  /** `linux/amd64`. */
  platform: string
  /** Containers run as an ordinary user of this machine. */
  isRootless: boolean
  /** The users of containers are others on this machine. */
  remapsUsers: boolean
  /** Whether containers can be reached by their addresses from here. */
  reachesContainers: boolean
}

const callLimitMs = 60_000
const done = { 101: true, 200: true, 201: true, 204: true, 304: true } as const

/** A Docker engine, at `DOCKER_HOST` or where engines are by default. Nobody closes it: each call is one connection. */
export class DockerEngine {
  readonly #modem: Modem
  readonly #address: string

  constructor(socketPath?: string) {
    const given = process.env['DOCKER_HOST'] ?? ''
    const found = socketPath ?? (given === '' ? engineSocket() : undefined)
    this.#modem = new Modem(found === undefined ? {} : { socketPath: found })
    this.#address = found === undefined ? given : `unix://${found}`
  }

  /** Asks the engine what it is. @throws SluiceError EXECUTOR_DOCKER_UNREACHABLE */
  async facts(): Promise<EngineFacts> {
    const info = await this.call<{
      OSType: string
      Architecture: string
      OperatingSystem: string
      SecurityOptions: string[] | null
    }>({ action: 'ask the engine what it is', method: 'GET', path: '/info' })
    if (info.OSType !== 'linux')
      throw new SluiceError(
        'EXECUTOR_DOCKER_UNREACHABLE',
        `Cannot use the Docker engine at "${this.#address}": its containers are of "${info.OSType}"; wanted "linux"`,
      )
    const has = (name: string): boolean => (info.SecurityOptions ?? []).some((one) => one.startsWith(`name=${name}`))
    return {
      platform: `linux/${architectureOf(info.Architecture)}`,
      isRootless: has('rootless'),
      remapsUsers: has('userns'),
      reachesContainers: process.platform === 'linux' && !has('rootless') && info.OperatingSystem !== 'Docker Desktop',
    }
  }

  /**
   * @returns what it answers; `null` for an answer without content
   * @throws SluiceError EXECUTOR_DOCKER_UNREACHABLE, EXECUTOR_DOCKER_REFUSED with the engine's status
   */
  async call<T>(call: EngineCall): Promise<T> {
    const limit = AbortSignal.timeout(callLimitMs)
    const signal = call.signal === undefined ? limit : AbortSignal.any([limit, call.signal])
    return (await this.#dial({ ...call, signal }, {})) as T
  }

  /** An answer as it comes, as of a pull. Rejects as `call` does where the engine refuses at once. */
  async stream(call: EngineCall): Promise<Readable> {
    return (await this.#dial(call, { isStream: true })) as Readable
  }

  /** The connection to a container's standard streams: what is written goes to its input, what is read is in frames. */
  async attach(container: string): Promise<Duplex> {
    const query = { stream: 1, stdin: 1, stdout: 1, stderr: 1 }
    const call = {
      action: 'attach to a container',
      method: 'POST',
      path: `/containers/${container}/attach`,
      query,
    } as const
    return (await this.#dial(call, { isStream: true, hijack: true })) as Duplex
  }

  async #dial(
    { action, method, path, query = {}, body = {}, auth, signal }: EngineCall,
    how: { isStream?: boolean; hijack?: boolean },
  ): Promise<unknown> {
    signal?.throwIfAborted()
    const answer = Promise.withResolvers<unknown>()
    const options = { _query: query, _body: body }
    this.#modem.dial(
      { ...how, path: `${path}?`, method, options, authconfig: auth, abortSignal: signal, statusCodes: done },
      (error, value) => (error === null ? answer.resolve(value) : answer.reject(error)),
    )
    try {
      return await answer.promise
    } catch (cause) {
      signal?.throwIfAborted()
      throw this.#fault(action, cause as Error & { statusCode?: number; json?: { message?: string } | null })
    }
  }

  #fault(action: string, cause: Error & { statusCode?: number; json?: { message?: string } | null }): SluiceError {
    if (cause.statusCode === undefined)
      return new SluiceError(
        'EXECUTOR_DOCKER_UNREACHABLE',
        `Cannot ${action}: no Docker engine answers at "${this.#address}" (${cause.message})`,
        { cause },
      )
    const words = cause.json?.message ?? cause.message.replace(/^\(HTTP code \d+\) \w+ - /, '').trim()
    return new SluiceError('EXECUTOR_DOCKER_REFUSED', `Cannot ${action}: the Docker engine says: ${words}`, {
      status: cause.statusCode,
      cause: new Error(words),
    })
  }
}

/** The engine names it as the kernel does, images as Go does. */
function architectureOf(machine: string): string {
  const names: Record<string, string> = { x86_64: 'amd64', aarch64: 'arm64', armv7l: 'arm', i686: '386' }
  return names[machine] ?? machine
}

/** Reads the rest of an answer. */
export async function textOf(answer: Readable): Promise<string> {
  const chunks: Buffer[] = []
  answer.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(answer, 'end')
  return Buffer.concat(chunks).toString('utf8')
}
