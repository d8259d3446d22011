import type { PlanService } from '@sluice/contracts/plan'
import type { DockerEngine } from './docker-engine.ts'
import { ownerLabel } from './labels.ts'
import type { ImageFacts } from './image-request.ts'
import { restrictions } from './restrictions.ts'
import { createContainer, startContainer } from './start-container.ts'

/** A service that was started. */
export interface Service {
  id: string
  name: string
  /** TCP ports of which one must answer before the job begins. */
  ports: number[]
}

export interface ServiceRequest {
  engine: DockerEngine
  owner: string
  network: string
  service: PlanService
  image: ImageFacts
  /** Host names that no service before it has. */
  aliases: readonly string[]
  /** Of the job. */
  variables: Readonly<Record<string, string>>
  /** Hears of the container before it is started, to take it away in any case. */
  onCreated: (id: string) => void
  signal: AbortSignal
}

/** Its log is kept for the case that it does not come up. */
const logLimits = { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1' } }

/** Starts the container of a service: as its image says, or with the pipeline's entrypoint and command. */
export async function startService(request: ServiceRequest): Promise<Service> {
  const { engine, owner, network, service, image, aliases, onCreated, signal } = request
  const own = Object.fromEntries((service.variables ?? []).map(({ key, value }) => [key, value]))
  const variables: Record<string, string> = { ...request.variables, ...own }
  const what = `the container of service "${service.name}"`
  const body = {
    Image: image.id,
    Env: Object.entries(variables).map(([key, value]) => `${key}=${value}`),
    Labels: { [ownerLabel]: owner },
    ...(service.entrypoint === undefined ? {} : { Entrypoint: service.entrypoint }),
    ...(service.command === undefined ? {} : { Cmd: service.command }),
    ...(service.docker?.user === undefined ? {} : { User: service.docker.user }),
    HostConfig: { ...restrictions, NetworkMode: network, LogConfig: logLimits },
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: aliases } } },
  }
  const id = await createContainer({ engine, what, body, signal })
  onCreated(id)
  await startContainer(engine, id, what)
  // GitLab's name for a port that is to be tried in place of those that the image names.
  const wanted = Number(variables['HEALTHCHECK_TCP_PORT'])
  return { id, name: service.name, ports: Number.isInteger(wanted) && wanted > 0 ? [wanted] : image.ports }
}
