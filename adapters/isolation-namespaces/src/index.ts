export { detectIsolation } from './detect-isolation.ts'
export { noIsolation } from './no-isolation.ts'
