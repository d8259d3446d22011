export { may, permissionsOf, rolesOf, type Permission, type Role } from './permissions.ts'
