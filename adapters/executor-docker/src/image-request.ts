import type { PlanImage } from '@sluice/contracts/plan'
import type { DockerEngine, EngineFacts } from './docker-engine.ts'
import type { RegistryAuth } from './registry-auth.ts'

/** An image of the engine. */
export interface ImageFacts {
  id: string
  /** As its Dockerfile says; empty for root. */
  user: string
  /** TCP ports that it says it listens on, in ascending order. */
  ports: number[]
  /** `linux/arm64/v8`. */
  platform: string
}

export interface ImageRequest {
  engine: DockerEngine
  facts: EngineFacts
  image: Pick<PlanImage, 'name' | 'pullPolicy' | 'docker'>
  /** Tells a line in the job's log. */
  say: (line: string) => Promise<void>
  authOf: (name: string) => Promise<RegistryAuth | undefined>
  signal: AbortSignal
}
