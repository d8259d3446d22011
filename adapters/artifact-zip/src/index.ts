export { errors } from './errors.ts'
export { readZip } from './read-zip.ts'
export { writeZip } from './write-zip.ts'
