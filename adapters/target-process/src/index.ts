export { errors } from './errors.ts'
export { ProcessTarget, type ProcessTargetConfig } from './process-target.ts'
export { killRecordedProcesses, recordedProcesses } from './recorded-processes.ts'
export type { ReleaseSource } from './release-folder.ts'
