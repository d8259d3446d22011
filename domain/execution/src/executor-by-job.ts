import type { Executor } from './ports.ts'
import { wantsContainers } from './wants-containers.ts'

/** Runs jobs that ask for an image or services with one executor, and all others with another one. */
export function executorByJob(plain: Executor, containers: Executor): Executor {
  return {
    isolationOf: (wanted) => (wantsContainers(wanted) ? containers : plain).isolationOf(wanted),
    prepare: async (request) => (wantsContainers(request) ? containers : plain).prepare(request),
  }
}
