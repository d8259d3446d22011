import { join } from 'node:path'
import { GitRepository } from '@sluice/git'

/** The platform's own repository of each project, opened once. */
export function repositoriesIn(folder: string): (project: string) => Promise<GitRepository> {
  const open = new Map<string, Promise<GitRepository>>()
  return (project) => {
    const known = open.get(project) ?? GitRepository.openOrCreate(join(folder, `${project}.git`))
    open.set(project, known)
    return known
  }
}
