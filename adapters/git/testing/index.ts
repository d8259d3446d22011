export { developerGit } from './scratch.ts'
