import type { PullPolicy } from '@sluice/contracts/plan'
import { SluiceError } from '@sluice/kernel'
import { taggedName } from './image-name.ts'
import type { ImageFacts, ImageRequest } from './image-request.ts'
import { isFor } from './is-for.ts'
import { pullImage } from './pull-image.ts'

/** GitLab's default is `always`; on a machine of somebody's own that waits for a registry that has nothing new. */
const defaultPolicy: PullPolicy[] = ['if-not-present']

/**
 * Gets an image by its pull policies, each tried after the one before it failed (GitLab's `pull_policy`).
 * @throws SluiceError EXECUTOR_DOCKER_IMAGE_NAME, EXECUTOR_DOCKER_IMAGE_MISSING, EXECUTOR_DOCKER_PULL_FAILED,
 * EXECUTOR_DOCKER_PLATFORM
 */
export async function obtainImage(request: ImageRequest): Promise<ImageFacts> {
  const { image, say, facts, signal } = request
  const name = taggedName(image.name)
  const policies = image.pullPolicy ?? defaultPolicy
  for (const [index, policy] of policies.entries())
    try {
      const found = await byPolicy(request, name, policy)
      await say(`Using docker image ${found.id} for ${image.name}`)
      if (image.docker?.platform === undefined && !isFor(found.platform, facts.platform))
        await say(`WARNING: ${image.name} is for ${found.platform} and the engine for ${facts.platform}`)
      return found
    } catch (cause) {
      signal.throwIfAborted()
      const next = policies[index + 1]
      if (!(cause instanceof SluiceError) || next === undefined) throw cause
      await say(`WARNING: ${cause.message}; next pull policy: ${next}`)
    }
  throw new TypeError('an image without a pull policy')
}

async function byPolicy(request: ImageRequest, name: string, policy: PullPolicy): Promise<ImageFacts> {
  const { image, facts } = request
  const wanted = image.docker?.platform
  const suits = (found: ImageFacts): boolean => wanted === undefined || isFor(found.platform, wanted)
  const local = policy === 'always' ? null : await inspect(request, name)
  if (local !== null && suits(local)) return local
  if (policy === 'never' && local === null)
    throw new SluiceError(
      'EXECUTOR_DOCKER_IMAGE_MISSING',
      `Cannot use image "${image.name}": it is not on this machine; wanted one that is, as pull_policy is "never"`,
    )
  if (policy !== 'never') await pullImage(request, name)
  const found = policy === 'never' ? local : await inspect(request, name)
  if (found !== null && suits(found)) return found
  const is = found === null ? 'gone again' : `for "${found.platform}"`
  throw new SluiceError(
    'EXECUTOR_DOCKER_PLATFORM',
    `Cannot use image "${image.name}": it is ${is}; wanted one for "${wanted ?? facts.platform}"`,
  )
}

async function inspect({ engine, image, signal }: ImageRequest, name: string): Promise<ImageFacts | null> {
  const path = `/images/${encodeURIComponent(name)}/json`
  try {
    const found = await engine.call<{
      Id: string
      Os: string
      Architecture: string
      Variant?: string
      Config: { User?: string; ExposedPorts?: Record<string, object> | null } | null
    }>({ action: `look at image "${name}"`, method: 'GET', path, signal })
    const variant = (found.Variant ?? '') === '' ? '' : `/${found.Variant}`
    return {
      id: found.Id,
      user: found.Config?.User ?? '',
      ports: tcpPorts(Object.keys(found.Config?.ExposedPorts ?? {})),
      platform: `${found.Os}/${found.Architecture}${variant}`,
    }
  } catch (cause) {
    if (!(cause instanceof SluiceError)) throw cause
    if (cause.status === 404) return null
    if (cause.status !== 400) throw cause
    const words = (cause.cause as Error).message
    throw new SluiceError('EXECUTOR_DOCKER_IMAGE_NAME', `Cannot use image "${image.name}": ${words}`)
  }
}

/** Of `5432/tcp`, `8000-8010/tcp` and `53/udp`; of a range the first. */
function tcpPorts(exposed: readonly string[]): number[] {
  const ports = exposed.flatMap((port) => /^(\d+)(?:-\d+)?(?:\/tcp)?$/.exec(port)?.[1] ?? [])
  return ports.map(Number).toSorted((a, b) => a - b)
}
