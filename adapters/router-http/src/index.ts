export { errors } from './errors.ts'
export { RouterHttpClient } from './router-http-client.ts'
