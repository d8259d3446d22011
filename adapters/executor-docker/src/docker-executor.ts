import type { PlanImage } from '@sluice/contracts/plan'
import {
  maskedText,
  jobEnvironment,
  type Executor,
  type HostWorkspace,
  type JobEnvironment,
  type WorkspaceRequest,
} from '@sluice/execution'
import { SluiceError, type Clock } from '@sluice/kernel'
import { abortSignalOf } from './abort-signal-of.ts'
import { ContainerWorkspace } from './container-workspace.ts'
import type { DockerEngine, EngineFacts } from './docker-engine.ts'
import { makeNetwork } from './job-network.ts'
import type { JobPlace } from './job-place.ts'
import { startServices, tellEnded } from './job-services.ts'
import { Leavings } from './leavings.ts'
import type { ImageFacts } from './image-request.ts'
import { obtainImage } from './obtain-image.ts'
import { registryAuth } from './registry-auth.ts'
import { removeLeftovers } from './remove-leftovers.ts'

export interface DockerExecutorOptions {
  engine: DockerEngine
  /** Makes the workspaces, and runs there what is no line of a job, such as Git. */
  host: Executor<HostWorkspace>
  /** Name by which this executor knows what it made, also after it was killed: one that no other executor of the engine has. */
  owner: string
  clock: Clock
  /** Of jobs that name none. */
  defaultImage?: string | undefined
  /** For a service to come up. Default 30 s, as GitLab Runner. */
  serviceLimitMs?: number
}

/** What all jobs of an executor share. */
interface Shop extends DockerExecutorOptions {
  facts: EngineFacts
}

/**
 * Runs jobs in containers of a Docker engine on this machine, each with its services in a network of its own. What a killed
 * one of the same owner left is taken away first.
 * @throws SluiceError EXECUTOR_DOCKER_UNREACHABLE
 */
export async function openDockerExecutor(options: DockerExecutorOptions): Promise<Executor> {
  const facts = await options.engine.facts()
  await removeLeftovers(options.engine, facts, options.owner)
  const shop = { ...options, facts }
  return {
    // Where this machine has no sandbox, the Git that is asked of a job's files is kept from nothing.
    isolationOf: (containers) => (options.host.isolationOf(containers) === 'none' ? 'none' : 'container'),
    prepare: async (request) => prepare(shop, { ...request, signal: abortSignalOf(request.signal) }),
  }
}

/** With the signal that the machine's own calls take. */
type Request = WorkspaceRequest & { signal: AbortSignal }

async function prepare(shop: Shop, request: Request): Promise<ContainerWorkspace> {
  const { engine, host, facts, owner } = shop
  const leavings = new Leavings(engine)
  try {
    const say = sayTo(request)
    const image = imageOf(shop, request)
    const found = await obtain(shop, request, image, say)
    const services = []
    for (const service of request.services ?? [])
      services.push({ service, image: await obtain(shop, request, service, say) })
    const forOtherUsers = !isRoot(image.docker?.user ?? found.user) || process.geteuid?.() !== 0 || facts.remapsUsers
    const workspace = await host.prepare({ ...request, image: null, services: [], forOtherUsers })
    leavings.addWorkspace(workspace)
    const environment = environmentOf(request)
    const network = await makeNetwork(engine, owner, request.signal)
    leavings.addNetwork(network)
    const onCreated = (id: string): void => leavings.addContainer(id)
    const limitMs = shop.serviceLimitMs ?? 30_000
    const variables = environment.env
    const wanted = { ...shop, network, services, variables, limitMs, onCreated, signal: request.signal, say }
    const started = await startServices(wanted)
    const place: JobPlace = {
      engine,
      facts,
      owner,
      network,
      image,
      found,
      workspace,
      environment,
      leavings,
      forOtherUsers,
    }
    const onFailure = async (): Promise<void> => tellEnded({ engine, say }, started)
    return new ContainerWorkspace(request, place, onFailure)
  } catch (cause) {
    await leavings.remove()
    throw cause
  }
}

/** Texts that are no output of the script may hold secrets, too: the log of a service does. */
function sayTo({ variables, onOutput }: WorkspaceRequest): (line: string) => Promise<void> {
  const secrets = variables.filter(({ masked }) => masked).map(({ value }) => value)
  return async (line) => onOutput(maskedText(secrets, `${line}\n`))
}

function imageOf({ defaultImage }: Shop, { image }: WorkspaceRequest): PlanImage {
  if (image != null) return image
  if (defaultImage !== undefined) return { name: defaultImage, entrypoint: [] }
  throw new SluiceError(
    'EXECUTOR_DOCKER_NO_IMAGE',
    'Cannot run the job in a container: it names no image; wanted `image` in the job or in `default`, or an image for all such jobs',
  )
}

async function obtain(
  { engine, facts }: Shop,
  { variables, signal }: Request,
  image: Pick<PlanImage, 'name' | 'pullPolicy' | 'docker'>,
  say: (line: string) => Promise<void>,
): Promise<ImageFacts> {
  const ofJob = variables.findLast(({ key }) => key === 'DOCKER_AUTH_CONFIG')?.value
  return obtainImage({ engine, facts, image, say, signal, authOf: async (name) => registryAuth(name, ofJob) })
}

const isRoot = (user: string): boolean => /^(?:0|root)?(?::.*)?$/.test(user)

/** GitLab's, and what Git wants where the files are not the user's own. */
function environmentOf({ project, variables }: WorkspaceRequest): JobEnvironment {
  const trust = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' }
  const own = variables.some(({ key }) => key === 'GIT_CONFIG_COUNT') ? {} : trust
  const folder = `/builds/${project}`
  return jobEnvironment(own, variables, { project: folder, builds: '/builds', files: `${folder}.tmp` })
}
