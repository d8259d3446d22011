export { errors } from './errors.ts'
export { ProcessTarget, type ProcessTargetConfig } from './process-target.ts'
export type { ReleaseSource } from './release-folder.ts'
