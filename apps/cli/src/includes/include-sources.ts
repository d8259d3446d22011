import { isAbsolute, join } from 'node:path'
import { GitIncludeSource, type ProjectServer } from '@sluice/git'
import { HttpIncludeSource } from '@sluice/includes-http'
import type { Clock } from '@sluice/kernel'
import type { FarSource, IncludeSource } from '@sluice/pipeline'
import { FolderTemplates } from './folder-templates.ts'
import { freshMs, KeptIncludes } from './kept-includes.ts'

const noServer: IncludeSource = {
  read: () =>
    Promise.resolve({
      kind: 'missing',
      fault:
        'no server of projects is known, since the folder has no remote "origin"; set SLUICE_PROJECTS to its address, such as https://gitlab.example.com/',
    }),
}

/**
 * Which source answers for what.
 * @param templates address or absolute folder, GitLab's own by default
 */
export function includeSources({
  folder,
  server,
  clock,
  templates,
}: {
  folder: string
  server: ProjectServer | null
  clock: Clock
  templates: string | undefined
}): (source: FarSource) => IncludeSource {
  const projects =
    server === null
      ? noServer
      : new GitIncludeSource({ folder: join(folder, 'projects'), server, clock, limits: { refsFreshMs: freshMs } })
  const isFolder = templates !== undefined && isAbsolute(templates)
  const http = new HttpIncludeSource(templates === undefined || isFolder ? {} : { templates })
  const kept = new KeptIncludes(http, join(folder, 'texts'), clock)
  const ofTemplates = isFolder ? new FolderTemplates(templates) : kept
  return ({ kind }) => (kind === 'remote' ? kept : kind === 'template' ? ofTemplates : projects)
}
