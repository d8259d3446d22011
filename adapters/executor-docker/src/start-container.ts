import type { DockerEngine } from './docker-engine.ts'

interface ContainerRequest {
  engine: DockerEngine
  /** For messages: `the container of image "debian"`. */
  what: string
  /** As the Engine API's `ContainerCreate` has it. */
  body: object
  signal?: AbortSignal
}

/** @returns the container's id @throws SluiceError EXECUTOR_DOCKER_REFUSED, EXECUTOR_DOCKER_UNREACHABLE */
export async function createContainer({ engine, what, body, signal }: ContainerRequest): Promise<string> {
  const call = { action: `make ${what}`, method: 'POST', path: '/containers/create', body, signal } as const
  return (await engine.call<{ Id: string }>(call)).Id
}

export async function startContainer(engine: DockerEngine, id: string, what: string): Promise<void> {
  await engine.call({ action: `start ${what}`, method: 'POST', path: `/containers/${id}/start` })
}
