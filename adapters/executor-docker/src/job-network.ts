import type { DockerEngine } from './docker-engine.ts'
import { ownerLabel } from './labels.ts'

/** Makes a network of a job's own, in which its containers find each other by name and no other job's. @returns its id */
export async function makeNetwork(engine: DockerEngine, owner: string, signal: AbortSignal): Promise<string> {
  const body = { Name: `sluice-${crypto.randomUUID()}`, Driver: 'bridge', Labels: { [ownerLabel]: owner } }
  const call = { action: 'make a network', method: 'POST', path: '/networks/create', body, signal } as const
  return (await engine.call<{ Id: string }>(call)).Id
}
