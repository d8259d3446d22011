export { errors } from './errors.ts'
export { createHttpApi, type HttpApi } from './http-api.ts'
export type { HttpApiOptions } from './http-api-options.ts'
export type {
  ApiCall,
  ApiHandlers,
  ChangeFeed,
  GitReads,
  RunnerCalls,
  SessionKeeper,
  TraceAnswer,
  UploadedArtifact,
} from './ports.ts'
