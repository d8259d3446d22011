export { errors } from './errors.ts'
export { startServer, type RunningServer } from './start-server.ts'
