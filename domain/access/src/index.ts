export { may, permissionsOf } from './permissions.ts'
