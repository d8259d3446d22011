import { serveUploadPack, type GitRepository } from '@sluice/git'
import type { GitReads } from '@sluice/http-api'
import { findReaderOfSources, projectOfRun, type Database } from '@sluice/store-postgres'
import { hashToken } from '../system.ts'

/** Sources for runners and jobs: the token of a live attempt reads the project of its run, and no other. */
export function gitReadsWith({
  db,
  repositoryOf,
}: {
  db: Database
  repositoryOf: (project: string) => Promise<GitRepository>
}): GitReads {
  return {
    async mayRead(project, token) {
      const attempt = await findReaderOfSources(db, hashToken(token))
      return attempt !== null && (await projectOfRun(db, attempt.run_id)) === project
    },
    async serve(project, request, response) {
      await serveUploadPack(await repositoryOf(project), { service: 'git-upload-pack', ...request }, response)
    },
  }
}
