export { errors } from './errors.ts'
export { createHttpApi, type HttpApi, type HttpApiOptions } from './http-api.ts'
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
