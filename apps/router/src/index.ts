export type { RouterConfig } from './config.ts'
export { errors } from './errors.ts'
export { startRouter, type RunningRouter } from './start-router.ts'
