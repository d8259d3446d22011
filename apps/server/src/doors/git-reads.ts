import { serveUploadPack, type GitRepository } from '@sluice/git'
import type { GitReads } from '@sluice/http-api'
import type { Database } from '@sluice/store-postgres'
import { isToken } from '../runner/find-live-attempt.ts'

/** Sources for runners: a live job's token reads the project of its run, and no other. */
export function gitReadsWith({
  db,
  repositoryOf,
}: {
  db: Database
  repositoryOf: (project: string) => Promise<GitRepository>
}): GitReads {
  return {
    async mayRead(project, token) {
      const live = await db
        .selectFrom('attempt')
        .innerJoin('run', 'run.id', 'attempt.run_id')
        .selectAll('attempt')
        .where('run.project', '=', project)
        .where('attempt.status', '=', 'running')
        .execute()
      return live.some((attempt) => isToken(attempt, token))
    },
    async serve(project, { advertise, protocol, body }, response) {
      const request = { service: 'git-upload-pack', advertise, body, ...(protocol === undefined ? {} : { protocol }) }
      await serveUploadPack(await repositoryOf(project), request, response)
    },
  }
}
