import { executorByJob, type Executor } from '@sluice/execution'
import { SluiceError } from '@sluice/kernel'
import { DockerEngine } from './docker-engine.ts'
import { openDockerExecutor, type DockerExecutorOptions } from './docker-executor.ts'

export interface ExecutorOptions extends Omit<DockerExecutorOptions, 'engine'> {
  /** `auto`: in containers only those jobs that name an image or services. */
  kind: 'docker' | 'auto'
  /** Runs jobs that want no containers. */
  processes: Executor
  /** With `auto`: no engine answers, so that all jobs run as processes. */
  onUnreachable: (reason: string) => void
  engine?: DockerEngine
}

/** Opens the executor for jobs that want containers. @throws SluiceError EXECUTOR_DOCKER_UNREACHABLE with `docker` */
export async function openExecutor(options: ExecutorOptions): Promise<Executor> {
  const { kind, processes, onUnreachable, engine = new DockerEngine() } = options
  try {
    const containers = await openDockerExecutor({ ...options, engine })
    return kind === 'docker' ? containers : executorByJob(processes, containers)
  } catch (cause) {
    const isUnreachable = cause instanceof SluiceError && cause.code === 'EXECUTOR_DOCKER_UNREACHABLE'
    if (kind === 'docker' || !isUnreachable) throw cause
    onUnreachable(cause.message)
    return processes
  }
}
