import type { PlanImage } from '@sluice/contracts/plan'
import type { HostWorkspace, JobEnvironment } from '@sluice/execution'
import type { DockerEngine, EngineFacts } from './docker-engine.ts'
import type { ImageFacts } from './image-request.ts'
import type { Leavings } from './leavings.ts'

/** What there is of a job before its own container. */
export interface JobPlace {
  engine: DockerEngine
  facts: EngineFacts
  owner: string
  network: string
  image: PlanImage
  found: ImageFacts
  workspace: HostWorkspace
  environment: JobEnvironment
  leavings: Leavings
  forOtherUsers: boolean
}
