export { DockerEngine } from './docker-engine.ts'
export { openDockerExecutor } from './docker-executor.ts'
export { errors } from './errors.ts'
export { openExecutor } from './open-executor.ts'
