export { errors, type CliErrorCode } from './errors.ts'
export { exitStatus } from './exit-status.ts'
export { runProgram } from './program.ts'
